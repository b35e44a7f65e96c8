#include <gtest/gtest.h>

#include "surefoot/base/error.h"
#include "surefoot/clean/quarantine.h"

namespace surefoot::clean {
namespace {

/// DIR/{cat,dog}/{0..9}.jpg, content "cat0" and so on.
Collection two_classes() {
  Collection collection{.root = "/data", .classes = {"cat", "dog"}, .has_parts = false, .pictures = {}, .view = {}};
  for (int label = 0; label < 2; ++label) {
    for (int i = 0; i < 10; ++i) {
      const std::string name = collection.classes[static_cast<size_t>(label)], number = std::to_string(i);
      collection.pictures.push_back({.path = name + "/" + number + ".jpg",
                                     .label = label,
                                     .size_bytes = 5,
                                     .content = name + number,
                                     .facts = {}});
    }
  }
  return collection;
}

Finding rubbish(const std::string& path, const std::string& issue = "blank") {
  return {.path = path, .issue = issue, .severity = Severity::kHigh, .score = 0.9, .related = "", .detail = ""};
}

std::vector<std::string> taken(const Plan& plan) {
  std::vector<std::string> paths;
  for (const Action& action : plan.actions)
    paths.push_back(action.from + (action.kind == Action::Kind::kRelabel ? " -> " + action.to : ""));
  return paths;
}
using Paths = std::vector<std::string>;

TEST(ActionPlan, TakesHighSeverityAndWhatIsAskedFor) {
  Finding medium = rubbish("dog/1.jpg", "blurry");
  medium.severity = Severity::kMedium;
  const std::vector<Finding> findings{rubbish("cat/3.jpg"), medium};
  EXPECT_EQ(taken(plan_actions(two_classes(), findings, {}, {}, {})), Paths{"cat/3.jpg"});
  EXPECT_EQ(taken(plan_actions(two_classes(), findings, {}, {}, {.take = {"blurry"}})),
            (Paths{"cat/3.jpg", "dog/1.jpg"}));
}

TEST(ActionPlan, AWrongLabelIsMovedToTheSuggestedClass) {
  Finding wrong = rubbish("cat/3.jpg", "mislabelled");
  wrong.severity = Severity::kMedium, wrong.related = "dog";
  EXPECT_TRUE(plan_actions(two_classes(), {wrong}, {}, {}, {}).actions.empty());
  EXPECT_EQ(taken(plan_actions(two_classes(), {wrong}, {}, {}, {.take = {"mislabelled"}})),
            Paths{"cat/3.jpg -> dog/3.jpg"});
}

TEST(ActionPlan, ALabelIsReplacedBelowThePartFolder) {
  Collection collection = two_classes();
  collection.has_parts = true;
  for (Picture& picture : collection.pictures) picture.path = "train/" + picture.path;
  const Decision decision{.content = "cat3", .path = "train/cat/3.jpg", .choice = Choice::kRelabel, .label = "dog"};
  EXPECT_EQ(taken(plan_actions(collection, {}, {}, {decision}, {})), Paths{"train/cat/3.jpg -> train/dog/3.jpg"});
}

TEST(ActionPlan, ALabelThatLeavesTheFolderIsRefused) {
  for (const char* label : {"../dog", "..", "a/b", ""}) {
    const Plan plan =
        plan_actions(two_classes(), {}, {},
                     {{.content = "cat3", .path = "cat/3.jpg", .choice = Choice::kRelabel, .label = label}}, {});
    EXPECT_TRUE(plan.actions.empty()) << label;
    EXPECT_EQ(plan.left_alone.size(), 1u) << label;
  }
}

TEST(ActionPlan, APersonsWordWins) {
  const std::vector<Finding> findings{rubbish("cat/3.jpg"), rubbish("cat/4.jpg"),
                                      rubbish("cat/5.jpg", "near-duplicate")};
  const std::vector<Decision> decisions{
      {.content = "cat3", .path = "cat/3.jpg", .choice = Choice::kKeep},
      {.content = "cat4", .path = "cat/4.jpg", .issue = "near-duplicate", .choice = Choice::kKeep},
      {.content = "cat5", .path = "cat/5.jpg", .choice = Choice::kKeepBoth},
      {.content = "dog7", .path = "dog/7.jpg", .choice = Choice::kRemove}};
  EXPECT_EQ(taken(plan_actions(two_classes(), findings, {}, decisions, {})), (Paths{"cat/4.jpg", "dog/7.jpg"}));
}

TEST(ActionPlan, ADecisionFollowsTheContentWhereTheFileHasMoved) {
  const Plan moved = plan_actions(two_classes(), {}, {},
                                  {{.content = "dog2", .path = "old/place.jpg", .choice = Choice::kRemove}}, {});
  EXPECT_EQ(taken(moved), Paths{"dog/2.jpg"});
  const Plan replaced = plan_actions(
      two_classes(), {}, {}, {{.content = "something else", .path = "dog/2.jpg", .choice = Choice::kRemove}}, {});
  EXPECT_TRUE(replaced.actions.empty());
  EXPECT_EQ(replaced.left_alone.size(), 1u);
}

TEST(ActionPlan, NeverEmptiesAGroupOfCopies) {
  const CopyGroup group{.kept = 0, .reason = "", .members = {{.picture = 1}, {.picture = 2}}};
  std::vector<Decision> decisions;
  for (const char* number : {"0", "1", "2"})
    decisions.push_back({.content = std::string("cat") + number,
                         .path = std::string("cat/") + number + ".jpg",
                         .choice = Choice::kRemove});
  const Plan plan = plan_actions(two_classes(), {}, {group}, decisions, {});
  EXPECT_EQ(taken(plan), (Paths{"cat/1.jpg", "cat/2.jpg"}));
  // One that only the rules would take stays before one that a person wants gone.
  decisions.erase(decisions.begin() + 1);
  EXPECT_EQ(taken(plan_actions(two_classes(), {rubbish("cat/1.jpg", "near-duplicate")}, {group}, decisions, {})),
            (Paths{"cat/0.jpg", "cat/2.jpg"}));
}

TEST(ActionPlan, CopiesThatAreAllBlankGoTogether) {
  const CopyGroup group{.kept = 0, .reason = "", .members = {{.picture = 1}}};
  EXPECT_EQ(taken(plan_actions(two_classes(), {rubbish("cat/0.jpg"), rubbish("cat/1.jpg")}, {group}, {}, {})),
            (Paths{"cat/0.jpg", "cat/1.jpg"}));
}

TEST(ActionPlan, ReferencesAreNeverTouched) {
  Collection collection = two_classes();
  collection.pictures[3].reference = true;
  const std::vector<Decision> decisions{{.content = "cat3", .path = "cat/3.jpg", .choice = Choice::kRemove}};
  EXPECT_TRUE(plan_actions(collection, {rubbish("cat/3.jpg")}, {}, decisions, {}).actions.empty());
}

TEST(ActionPlan, RefusesToTakeMostOfAClass) {
  std::vector<Finding> findings;
  for (int i = 0; i < 5; ++i) findings.push_back(rubbish("cat/" + std::to_string(i) + ".jpg"));
  EXPECT_EQ(plan_actions(two_classes(), findings, {}, {}, {}).actions.size(), 5u);
  findings.push_back(rubbish("cat/5.jpg"));
  try {
    plan_actions(two_classes(), findings, {}, {}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCleanTooMuch);
    EXPECT_NE(error.what_failed().find("cat (6 of 10, 60 %)"), std::string::npos) << error.what();
  }
  EXPECT_EQ(plan_actions(two_classes(), findings, {}, {}, {.force = true}).actions.size(), 6u);
}

}  // namespace
}  // namespace surefoot::clean
