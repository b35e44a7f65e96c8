#include "surefoot/index/feature_index.h"

#include <gtest/gtest.h>

#include "index/scene.h"

namespace surefoot::index {
namespace {

using namespace testing;

constexpr uint32_t kScenes = 80;
constexpr uint32_t kNobody = 0xFFFFFFFF;

class FeatureIndexTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    index_ = new FeatureIndex;
    for (uint32_t i = 0; i < kScenes; ++i) index_->add(local_features(scene(i)));
    index_->build();
  }
  static void TearDownTestSuite() { delete index_; }
  /// The best nominee; kNobody where there is none.
  static uint32_t first(const Gray& picture) {
    Gray view;
    shrink(picture, kViewSide, view);
    const auto nominees = index_->nominate(local_features(view), kNobody);
    return nominees.empty() ? kNobody : nominees[0].picture;
  }
  static FeatureIndex* index_;
};
FeatureIndex* FeatureIndexTest::index_ = nullptr;

TEST_F(FeatureIndexTest, NominatesTheOriginalOfAnEditedPicture) {
  int crops = 0, halves = 0, turned = 0, mirrors = 0, marked = 0, toned = 0;
  constexpr int kTried = 20;
  for (uint32_t i = 0; i < kTried; ++i) {
    const Gray picture = scene(i);
    const int shift = static_cast<int>(i) * 4;
    crops += first(crop(picture, shift, shift / 2, 224, 168)) == i;
    halves += first(crop(picture, shift, shift / 2, 160, 120)) == i;
    turned += first(turn(picture)) == i;
    mirrors += first(mirror(crop(picture, shift / 2, 10, 270, 200))) == i;
    marked += first(tiled_text(picture, 0.4)) == i;
    toned += first(tone(border(picture, 25, 0), 0.7, 40)) == i;
  }
  EXPECT_EQ(crops, kTried);
  EXPECT_GE(halves, kTried * 8 / 10);
  EXPECT_EQ(turned, kTried);
  EXPECT_EQ(mirrors, kTried);
  EXPECT_GE(marked, kTried * 9 / 10);
  EXPECT_EQ(toned, kTried);
}

TEST_F(FeatureIndexTest, VotesAreCountedMostFirstWithoutSelf) {
  const auto features = local_features(scene(3));
  const auto with = index_->nominate(features, kNobody), without = index_->nominate(features, 3);
  ASSERT_FALSE(with.empty());
  EXPECT_EQ(with[0].picture, 3u);
  EXPECT_EQ(with[0].votes, kFeatures);  // every feature finds itself
  for (const FeatureVotes& votes : without) EXPECT_NE(votes.picture, 3u);
  for (const FeatureVotes& votes : without) EXPECT_LT(votes.votes, 12);  // no other picture shares more than chance
  EXPECT_LE(index_->nominate(features, kNobody, 2).size(), 2u);
  EXPECT_TRUE(index_->nominate({}, kNobody).empty());
}

std::vector<LocalFeature> random_features(uint64_t number, int count) {
  Philox random(3, Purpose::kSynthetic, 79, number);
  std::vector<LocalFeature> features(static_cast<size_t>(count));
  for (LocalFeature& feature : features) {
    for (uint64_t& word : feature.descriptor.words) word = random.next_u64();
  }
  return features;
}

TEST(FeatureIndex, AMarkThatManyPicturesCarryNominatesNobody) {
  FeatureIndex keeps(1.0), drops;
  const auto mark = random_features(1000, 20);
  const auto picture = [&](uint64_t number) {
    auto features = random_features(number, 30);
    features.insert(features.end(), mark.begin(), mark.end());
    return features;
  };
  for (uint64_t i = 0; i < 60; ++i) keeps.add(picture(i)), drops.add(picture(i));
  keeps.build();
  drops.build();
  EXPECT_EQ(keeps.nominate(picture(2000), kNobody)[0].votes, 20);
  EXPECT_TRUE(drops.nominate(picture(2000), kNobody).empty());
  const auto copy = drops.nominate(picture(7), kNobody);
  ASSERT_EQ(copy.size(), 1u);
  EXPECT_EQ(copy[0].picture, 7u);
  EXPECT_EQ(copy[0].votes, 30);
}

TEST(FeatureIndex, AnEmptyOneNominatesNobody) {
  FeatureIndex index;
  index.build();
  EXPECT_TRUE(index.nominate(local_features(scene(1)), kNobody).empty());
}

}  // namespace
}  // namespace surefoot::index
