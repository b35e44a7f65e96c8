#include "surefoot/clean/label_ranking.h"

#include <gtest/gtest.h>

#include "surefoot/base/philox.h"

namespace surefoot::clean {
namespace {

/// Owns what LabelEvidence only looks at.
struct Sample {
  std::vector<float> probabilities;
  std::vector<int32_t> labels;
  int classes;
  LabelEvidence evidence() const { return {probabilities, labels, classes}; }
};

/// Counted by hand: thresholds (.9 + .8 + .2) / 3 and (.7 + .9 + .3) / 3.
TEST(ConfidentJoint, OfSixPicturesIsWhatAHandCounts) {
  const Sample sample{{.9f, .1f, .8f, .2f, .2f, .8f, .3f, .7f, .1f, .9f, .7f, .3f}, {0, 0, 0, 1, 1, 1}, 2};
  const ConfidentJoint joint = confident_joint(sample.evidence());
  EXPECT_NEAR(joint.thresholds[0], 1.9 / 3, 1e-6);
  EXPECT_NEAR(joint.thresholds[1], 1.9 / 3, 1e-6);
  EXPECT_EQ(joint.counts, (std::vector<uint64_t>{2, 1, 1, 2}));
  EXPECT_NEAR(joint.estimated_errors, 2, 1e-9);
}

/// Expected numbers: cleanlab 2.9.0, count.compute_confident_joint and get_confident_thresholds (which rounds the
/// calibrated joint).
TEST(ConfidentJoint, IsThatOfCleanlab) {
  const Sample sample{
      {.5f,  .05f, .45f, .79f, .14f, .07f, .67f, .32f, .01f, .52f, .16f, .32f, .69f, .13f, .18f, .76f, .21f, .03f,
       .73f, .12f, .15f, .47f, .21f, .32f, .15f, .47f, .38f, .12f, .63f, .25f, .23f, .58f, .19f, .01f, .67f, .32f,
       .53f, .4f,  .07f, .04f, .44f, .52f, .14f, .72f, .14f, .31f, .54f, .15f, .18f, .04f, .78f, .25f, .01f, .74f,
       .45f, .14f, .41f, .28f, .05f, .67f, .04f, .58f, .38f, .04f, .49f, .47f, .15f, .29f, .56f, .19f, .22f, .59f},
      {0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 2, 1, 1, 1, 1, 2, 2, 2, 2, 0, 2, 2, 2},
      3};
  const ConfidentJoint joint = confident_joint(sample.evidence());
  EXPECT_EQ(joint.counts, (std::vector<uint64_t>{4, 1, 0, 1, 4, 0, 0, 1, 4}));
  const std::vector<double> thresholds{0.5625, 0.5125, 0.5675}, calibrated{6, 2, 0, 2, 6, 0, 0, 2, 6};
  for (size_t c = 0; c < 3; ++c) EXPECT_NEAR(joint.thresholds[c], thresholds[c], 1e-6);
  for (size_t i = 0; i < 9; ++i) EXPECT_NEAR(joint.calibrated[i], calibrated[i], 0.5);
  const LabelRanking ranking = rank_labels(sample.evidence(), 0);
  EXPECT_EQ(ranking.order[0].index, 20u);  // self-confidence .04, the least
  EXPECT_EQ(ranking.order[1].index, 2u);   // .32, margin -.35
  EXPECT_EQ(ranking.order[2].index, 11u);  // the same
  EXPECT_NEAR(ranking.order[0].self_confidence, 0.04, 1e-6);
}

/// A network that is right about 80 % of pictures; `wrong` of the labels are those of another class.
Sample noisy(size_t n, size_t wrong, double sureness) {
  Sample sample{{}, {}, 4};
  for (size_t i = 0; i < n; ++i) {
    Philox random(5, Purpose::kSynthetic, 0, i);
    const auto truth = static_cast<int32_t>(random.below(4));
    const bool understood = random.uniform() < 0.8;
    const auto seen = understood ? truth : static_cast<int32_t>(random.below(4));
    const double strength = (understood ? sureness : 0.4) * random.uniform(0.7, 1.0);
    for (int c = 0; c < 4; ++c)
      sample.probabilities.push_back(static_cast<float>((1 - strength) / 4 + (c == seen ? strength : 0)));
    sample.labels.push_back(i < wrong ? (truth + 1) % 4 : truth);
  }
  return sample;
}

TEST(LabelRanking, FewAreListedWhereAllLabelsAreRight) {
  const Sample sample = noisy(2000, 0, 0.98);
  EXPECT_LT(noise_rate(sample.evidence()), 0.01);
  const LabelRanking ranking = rank_labels(sample.evidence(), 0);
  EXPECT_LE(ranking.listed, 10u);
}

TEST(LabelRanking, WrongLabelsComeFirstAndAreListed) {
  const Sample sample = noisy(2000, 200, 0.98);
  EXPECT_NEAR(noise_rate(sample.evidence()), 0.08, 0.04);
  const LabelRanking ranking = rank_labels(sample.evidence(), 0);
  ASSERT_GT(ranking.listed, 60u);
  size_t found = 0;
  for (size_t k = 0; k < ranking.listed; ++k) found += ranking.order[k].index < 200 ? 1 : 0;
  EXPECT_GT(static_cast<double>(found) / static_cast<double>(ranking.listed), 0.8);
  for (size_t k = 1; k < ranking.order.size(); ++k)
    ASSERT_LE(ranking.order[k - 1].self_confidence, ranking.order[k].self_confidence);
}

TEST(LabelRanking, ABudgetSaysHowManyAreListed) {
  const Sample sample = noisy(500, 50, 0.9);
  EXPECT_EQ(rank_labels(sample.evidence(), 0.03).listed, 15u);
  EXPECT_EQ(rank_labels(sample.evidence(), 5).listed, 500u);
}

TEST(LabelRanking, ANetworkThatKnowsNothingListsNothing) {
  Sample sample{std::vector<float>(400, 0.25f), {}, 4};
  for (int32_t i = 0; i < 100; ++i) sample.labels.push_back(i % 4);
  EXPECT_EQ(rank_labels(sample.evidence(), 0).listed, 0u);
}

}  // namespace
}  // namespace surefoot::clean
