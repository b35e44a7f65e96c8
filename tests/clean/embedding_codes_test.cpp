#include "surefoot/clean/embedding_codes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "clean/copy_fixture.h"
#include "surefoot/base/philox.h"
#include "surefoot/clean/copy_candidates.h"
#include "surefoot/clean/run_checks.h"

namespace surefoot::clean {
namespace {

constexpr int kDimensions = 64;

std::vector<float> normal_vector(uint64_t number) {
  Philox random(3, Purpose::kSynthetic, 0, number);
  std::vector<float> values(kDimensions);
  for (float& value : values) value = static_cast<float>(random.normal());
  return values;
}

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// A vector at this angle to `from`, towards another one.
std::vector<float> turned(const std::vector<float>& from, double angle, uint64_t number) {
  std::vector<float> across = normal_vector(number);
  const double along = dot(across, from) / dot(from, from);
  for (size_t i = 0; i < across.size(); ++i) across[i] -= static_cast<float>(along) * from[i];
  const double length = std::sqrt(dot(from, from) / dot(across, across));
  for (size_t i = 0; i < across.size(); ++i)
    across[i] = static_cast<float>(std::cos(angle) * from[i] + std::sin(angle) * length * across[i]);
  return across;
}

/// Rows 2 i and 2 i + 1 enclose the angle.
std::vector<float> pairs_at(double angle, int pairs) {
  std::vector<float> rows;
  for (int i = 0; i < pairs; ++i) {
    const std::vector<float> first = normal_vector(static_cast<uint64_t>(2 * i)),
                             second = turned(first, angle, static_cast<uint64_t>(2 * i + 1));
    rows.insert(rows.end(), first.begin(), first.end());
    rows.insert(rows.end(), second.begin(), second.end());
  }
  return rows;
}

TEST(EmbeddingCodes, DifferByTheAngle) {
  constexpr int kPairs = 300;
  for (const double degrees : {5.0, 20.0, 45.0, 90.0}) {
    const double angle = degrees * std::numbers::pi / 180;
    const auto codes = embedding_codes(pairs_at(angle, kPairs), kDimensions, 1, 2);
    double sum = 0;
    for (size_t i = 0; i < codes.size(); i += 2) sum += index::distance(codes[i], codes[i + 1]);
    // A bit differs with probability angle / pi (Charikar 2002). All pairs share the 256 directions, so the error of
    // the mean is that of one binomial of 256; three of its deviations.
    const double share = angle / std::numbers::pi, deviation = std::sqrt(256 * share * (1 - share));
    EXPECT_NEAR(sum / kPairs, 256 * share, 3 * deviation / std::sqrt(8.0)) << degrees;
  }
}

TEST(EmbeddingCodes, DoNotSeeWhatAllHaveInCommon) {
  const std::vector<float> rows = pairs_at(0.3, 100);
  std::vector<float> shifted = rows;
  for (float& value : shifted) value += 20;
  const auto codes = embedding_codes(rows, kDimensions, 1, 1), others = embedding_codes(shifted, kDimensions, 1, 1);
  for (size_t i = 0; i < codes.size(); ++i) EXPECT_LE(index::distance(codes[i], others[i]), 1) << i;  // rounding
}

TEST(EmbeddingCodes, DoNotDependOnThreads) {
  const std::vector<float> rows = pairs_at(0.3, 50);
  EXPECT_EQ(embedding_codes(rows, kDimensions, 7, 1), embedding_codes(rows, kDimensions, 7, 4));
}

TEST(NearByEmbedding, NominatesNeighboursThatAreKnown) {
  const Collection collection = surefoot::testing::make_collection({{.path = "a", .content = "1"},
                                                                    {.path = "b", .content = "2"},
                                                                    {.path = "c", .content = "3"},
                                                                    {.path = "d", .content = "4"}});
  const CopyNodes nodes = copy_nodes(collection);
  PictureCodes codes{.codes = std::vector<index::Hash256>(4), .known = {true, true, true, false}};
  codes.codes[1].words[0] = 0xFFFFFFFF;                              // 32 bits from the first
  codes.codes[2].words[1] = codes.codes[2].words[2] = ~uint64_t{0};  // 128 bits
  EXPECT_EQ(near_by_embedding(nodes, std::vector<bool>(4), codes, 1, {}), (NodePairs{{0, 1}}));
  EXPECT_EQ(near_by_embedding(nodes, {true, false, false, false}, codes, 1, {}), NodePairs{});
}

/// Tells what it was asked.
class Asked final : public LabelScorer {
 public:
  LabelScores score(const LabelTask& task, const std::function<void(double)>&) override {
    tasks.push_back(task);
    LabelScores scores;
    scores.dimensions = 2;
    for (size_t i = 0; i < task.labels.size(); ++i)
      scores.embeddings.insert(scores.embeddings.end(), {1.0F, static_cast<float>(i)});
    return scores;
  }
  std::vector<LabelTask> tasks;
};

TEST(PictureCodes, AreAskedForOnlyWhereWeightsAreGivenAndPicturesCanBeSeen) {
  const Collection nothing_to_see =
      surefoot::testing::make_collection({{.path = "a", .content = "1"}, {.path = "b", .content = "2"}});
  Asked scorer;
  const PictureCodes codes = picture_codes(nothing_to_see, "w.safetensors", scorer, 0, 1, [](double) {});
  EXPECT_EQ(codes.known, std::vector<bool>(2));
  EXPECT_TRUE(scorer.tasks.empty()) << "no picture could be decoded";
  const auto checks = choose_checks("duplicates");
  run_checks(nothing_to_see, checks, {}, {.scorer = &scorer, .decisions = {}, .progress = {}});
  EXPECT_TRUE(scorer.tasks.empty()) << "no weights were given";
  CleanOptions weighted;
  weighted.weights = "w.safetensors";
  const CleanResults results = run_checks(nothing_to_see, checks, weighted, {});
  ASSERT_FALSE(results.notes.empty());
  EXPECT_NE(results.notes[0].find("not at hand"), std::string::npos) << "what was asked for is not left out silently";
}

}  // namespace
}  // namespace surefoot::clean
