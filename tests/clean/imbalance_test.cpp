#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "clean/copy_fixture.h"
#include "surefoot/clean/detector.h"

namespace surefoot::clean {
namespace {

using testing::MadePicture;
using testing::make_collection;

/// So many pictures a class, in "train/<class>/" where there are parts.
Collection classes_of(const std::vector<int>& counts, const std::string& prefix = "") {
  std::vector<MadePicture> made;
  for (size_t c = 0; c < counts.size(); ++c) {
    for (int i = 0; i < counts[c]; ++i) {
      made.push_back({.path = prefix + "class" + std::to_string(c) + "/" + std::to_string(i) + ".jpg",
                      .label = static_cast<int32_t>(c)});
    }
  }
  Collection collection = make_collection(made);
  collection.classes.clear();
  for (size_t c = 0; c < counts.size(); ++c) collection.classes.push_back("class" + std::to_string(c));
  return collection;
}

CleanResults run(const Collection& collection, const std::vector<CopyGroup>& groups = {}, double rare_factor = 3) {
  CleanResults results;
  results.groups = groups;
  CleanOptions options;
  options.rare_factor = rare_factor;
  DetectorContext context{options, results, nullptr, [](const std::string&, double) {}};
  find_detector("imbalance").run(collection, context);
  return results;
}

std::map<std::string, std::string> facts_of(const CleanResults& results) {
  return {results.facts.begin(), results.facts.end()};
}

TEST(Imbalance, ClassesBelowATenthOfTheLargestAreFindings) {
  const CleanResults results = run(classes_of({200, 100, 20, 19, 4}));
  ASSERT_EQ(results.findings.size(), 2u);
  EXPECT_EQ(results.findings[0].path, "class3");
  EXPECT_EQ(results.findings[0].severity, Severity::kLow);
  EXPECT_EQ(results.findings[0].detail, "19 pictures, the largest class has 200: 1 to 11");
  EXPECT_EQ(results.findings[1].path, "class4");
  EXPECT_EQ(results.findings[1].severity, Severity::kMedium);
  EXPECT_GT(results.findings[1].score, results.findings[0].score);
}

TEST(Imbalance, TheClassFolderIsThatOfTheTrainingPart) {
  EXPECT_EQ(run(classes_of({200, 3}, "train/")).findings.at(0).path, "train/class1");
}

TEST(Imbalance, TheEffectiveNumberOfClassesIsTheExponentialOfTheEntropy) {
  EXPECT_EQ(facts_of(run(classes_of({50, 50, 50, 50})))["effective_classes"], "4.000");
  // scipy.stats.entropy([90, 10]) = 0.3250829734, exp = 1.384145
  auto facts = facts_of(run(classes_of({90, 10})));
  EXPECT_EQ(facts["effective_classes"], "1.384");
  EXPECT_EQ(facts["largest_to_smallest_class"], "9.00");
  EXPECT_EQ(
      facts["class_counts"],
      R"([{"class":"class0","pictures":90,"without_copies":90},{"class":"class1","pictures":10,"without_copies":10}])");
}

TEST(Imbalance, CopiesCountOnce) {
  // Half of the small class are copies of its first picture, and one is a copy of a picture of the large class.
  std::vector<CopyGroup> groups(2);
  groups[0].kept = 100;
  for (uint32_t i = 101; i < 105; ++i) groups[0].members.push_back({.picture = i});
  groups[1].kept = 0;
  groups[1].members.push_back({.picture = 109});
  const CleanResults results = run(classes_of({100, 10}), groups);
  EXPECT_EQ(
      facts_of(results)["class_counts"],
      R"([{"class":"class0","pictures":100,"without_copies":100},{"class":"class1","pictures":10,"without_copies":6}])");
  EXPECT_EQ(results.findings.at(0).detail, "10 pictures (6 without copies), the largest class has 100: 1 to 17");
}

TEST(Imbalance, WeightsAreTheInverseFrequencyUpToTheFactor) {
  const Collection collection = classes_of({100, 50, 10});
  std::vector<double> weights = run(collection).sampler_weights;
  ASSERT_EQ(weights.size(), 160u);
  EXPECT_EQ(weights[0], 1);
  EXPECT_EQ(weights[100], 2);
  EXPECT_EQ(weights[150], 3);
  EXPECT_EQ(run(collection, {}, 20).sampler_weights[150], 10);
}

TEST(Imbalance, OnlyWhatIsTrainedOnCounts) {
  Collection collection = classes_of({40, 20});
  collection.pictures[40].part = Part::kValidation;
  collection.pictures[41].reference = true;
  collection.pictures[42].facts.measured = false;
  collection.pictures[43].label = -1;
  const CleanResults results = run(collection);
  EXPECT_EQ(facts_of(results)["largest_to_smallest_class"], "2.50");
  EXPECT_EQ(results.sampler_weights[40], 1);
  EXPECT_EQ(results.sampler_weights[50], 2.5);
}

TEST(Imbalance, OneClassHasNothingToBalance) {
  const CleanResults results = run(classes_of({40}));
  EXPECT_TRUE(results.findings.empty());
  EXPECT_TRUE(results.sampler_weights.empty());
}

}  // namespace
}  // namespace surefoot::clean
