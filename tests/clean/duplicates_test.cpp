#include <gtest/gtest.h>

#include <algorithm>

#include "clean/copy_fixture.h"
#include "surefoot/clean/detector.h"

namespace surefoot::clean {
namespace {

constexpr auto kTrain = Part::kTrain;
constexpr auto kVal = Part::kValidation;

CleanResults results_of(const Collection& collection, const std::vector<CopyGroup>& groups) {
  CleanResults results;
  results.groups = groups;
  const CleanOptions options;
  DetectorContext context{options, results};
  find_detector("duplicates").run(collection, context);
  return results;
}

/// "path issue severity related" of every finding, sorted.
std::vector<std::string> listed(const CleanResults& results) {
  std::vector<std::string> lines;
  for (const Finding& f : results.findings)
    lines.push_back(f.path + " " + f.issue + " " + severity_name(f.severity) + " " + f.related);
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string fact(const CleanResults& results, const std::string& key) {
  for (const auto& [name, value] : results.facts) {
    if (name == key) return value;
  }
  return "";
}

CopyMember edited(uint32_t picture, double score, index::CopyKind kind = index::CopyKind::kCopy) {
  return {picture, CopyLevel::kEdited, kind, score};
}
using Lines = std::vector<std::string>;

TEST(Duplicates, TheKeptOneIsNotListed) {
  const auto collection =
      testing::make_collection({{"a", "1"}, {"b", "1"}, {"c", "2", "pixels of 1"}, {"d", "3"}, {"e", "4"}, {"f", "5"}});
  const std::vector<CopyGroup> groups = {{0,
                                          "largest",
                                          {{1, CopyLevel::kBytes},
                                           {2, CopyLevel::kPixels},
                                           edited(3, 0.95),
                                           edited(4, 0.72),
                                           edited(5, 1, index::CopyKind::kMirrored)},
                                          {}}};
  const CleanResults results = results_of(collection, groups);
  EXPECT_EQ(listed(results), (Lines{"b exact-duplicate high a", "c exact-duplicate high a", "d near-duplicate high a",
                                    "e near-duplicate medium a", "f near-duplicate medium a"}));
  EXPECT_EQ(results.findings[0].detail, "the same bytes; kept is the other: largest");
  EXPECT_EQ(fact(results, "exact_duplicate_pictures"), "2");
  EXPECT_EQ(fact(results, "near_duplicate_pictures"), "3");
  EXPECT_EQ(fact(results, "copy_groups"), "1");
  uint64_t in_histogram = 0;
  for (const uint64_t count : results.histograms.at(0).counts) in_histogram += count;
  EXPECT_EQ(in_histogram, 3u);
}

TEST(Duplicates, CopiesUnderOtherLabelsAreAPersonsDecision) {
  const auto collection = testing::make_collection({{"cat/a", "1", "", 9, 9, 0},
                                                    {"cat/b", "1", "", 9, 9, 0},
                                                    {"dog/c", "1", "", 9, 9, 1},
                                                    {"d", "1", "", 9, 9, -1}});
  const CleanResults results =
      results_of(collection, {{0, "", {{1, CopyLevel::kBytes}, {2, CopyLevel::kBytes}, {3, CopyLevel::kBytes}}, {}}});
  EXPECT_EQ(listed(results), (Lines{"cat/a label-conflict medium dog/c", "cat/b exact-duplicate high cat/a",
                                    "cat/b label-conflict medium dog/c", "d exact-duplicate high cat/a",
                                    "dog/c exact-duplicate medium cat/a", "dog/c label-conflict medium cat/a"}));
  EXPECT_EQ(fact(results, "label_conflict_pictures"), "3");
}

TEST(Duplicates, LeaksAreCountedInValidationPictures) {
  const auto collection = testing::make_collection({{"train/a", "1", "", 9, 9, 0, kTrain},
                                                    {"train/b", "2", "", 9, 9, 0, kTrain},
                                                    {"train/c", "3", "", 9, 9, 0, kTrain},
                                                    {"val/a", "1", "", 9, 9, 0, kVal},
                                                    {"val/a2", "1", "", 9, 9, 0, kVal},
                                                    {"val/b", "2", "", 9, 9, 0, kVal},
                                                    {"val/x", "4", "", 9, 9, 0, kVal},
                                                    {"val/y", "4", "", 9, 9, 0, kVal}});
  const CleanResults results = results_of(collection, {{0, "", {{3, CopyLevel::kBytes}, {4, CopyLevel::kBytes}}, {}},
                                                       {5, "", {edited(1, 0.9), edited(2, 0.9)}, {}},
                                                       {6, "", {{7, CopyLevel::kBytes}}, {}}});
  // val/b is the kept one: its copies in train are listed and taken, so the leak is for a person's information.
  EXPECT_EQ(listed(results), (Lines{"train/b near-duplicate high val/b", "train/c near-duplicate high val/b",
                                    "val/a exact-duplicate high train/a", "val/a leak high train/a",
                                    "val/a2 exact-duplicate high train/a", "val/a2 leak high train/a",
                                    "val/b leak medium train/b", "val/y exact-duplicate high val/x"}));
  EXPECT_EQ(results.notes, (Lines{"60.0 % of the validation part is also in train (3 of 5)"}));
  EXPECT_EQ(fact(results, "leaked_validation_pictures"), "3");
}

TEST(Duplicates, ReferencesAreNeverListed) {
  const auto collection = testing::make_collection({{"a", "1"}, {"r", "1", "", 9, 9, -1, kTrain, true}});
  EXPECT_EQ(listed(results_of(collection, {{1, "a reference picture", {{0, CopyLevel::kBytes}}, {}}})),
            (Lines{"a exact-duplicate high r"}));
}

TEST(Duplicates, WithoutCopiesNothingIsSaid) {
  const CleanResults results =
      results_of(testing::make_collection({{"a", "1"}, {"val/b", "2", "", 9, 9, 0, kVal}}), {});
  EXPECT_TRUE(results.findings.empty());
  EXPECT_TRUE(results.notes.empty());
  EXPECT_EQ(fact(results, "leaked_validation_pictures"), "0");
}

}  // namespace
}  // namespace surefoot::clean
