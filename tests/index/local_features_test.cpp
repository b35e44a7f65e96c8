#include "surefoot/index/local_features.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "index/scene.h"

namespace surefoot::index {
namespace {

using namespace testing;  // scene, crop, mirror, ...

/// The share of `a` that has a near descriptor at most 3 px * size from itself in `b`.
double found_again(
    const std::vector<LocalFeature>& a, const std::vector<LocalFeature>& b, double scale, double dx, double dy) {
  double found = 0;
  for (const LocalFeature& f : a) {
    found += std::any_of(b.begin(), b.end(), [&](const LocalFeature& g) {
      return std::hypot(f.x * scale + dx - g.x, f.y * scale + dy - g.y) < 3 * g.size &&
             distance(f.descriptor, g.descriptor) < 48;
    });
  }
  return found / static_cast<double>(a.size());
}

TEST(LocalFeatures, CoverThePicture) {
  const auto features = local_features(scene(1));
  ASSERT_EQ(features.size(), static_cast<size_t>(kFeatures));
  std::array<int, 4> quarters{};
  for (const LocalFeature& f : features) {
    ++quarters[static_cast<size_t>((f.x < 160) + 2 * (f.y < 120))];
    EXPECT_GE(f.size, 1);
  }
  for (const int count : quarters) EXPECT_GE(count, kFeatures / 10);
}

TEST(LocalFeatures, FlatAndTinyPicturesHaveNone) {
  EXPECT_TRUE(local_features(tone(scene(1), 0, 90)).empty());
  EXPECT_TRUE(local_features(scene(1, 20, 20)).empty());
  EXPECT_TRUE(local_features(scene(1, 320, 1)).empty());
  EXPECT_TRUE(local_features(scene(1, 1, 1)).empty());
}

TEST(LocalFeatures, SurviveCropAndTone) {
  const Gray whole = scene(2);
  const auto features = local_features(whole);
  EXPECT_GT(found_again(local_features(crop(whole, 40, 30, 240, 180)), features, 1, 40, 30), 0.5);
  EXPECT_GT(found_again(local_features(tone(whole, 0.6, 20)), features, 1, 0, 0), 0.7);
  EXPECT_LT(found_again(local_features(scene(3)), features, 1, 0, 0), 0.05);
}

TEST(LocalFeatures, AMirroredPictureHasTheMirroredFeatures) {
  const Gray picture = scene(4);
  std::vector<LocalFeature> expected;
  for (const LocalFeature& f : local_features(picture)) expected.push_back(mirrored(f, picture.width));
  const auto features = local_features(mirror(picture));
  EXPECT_GT(found_again(features, expected, 1, 0, 0), 0.8);
  EXPECT_LT(found_again(features, local_features(picture), 1, 0, 0), 0.2);
  const LocalFeature twice = mirrored(mirrored(features[0], 320), 320);
  EXPECT_EQ(twice.descriptor, features[0].descriptor);
  EXPECT_NEAR(twice.x, features[0].x, 1e-3);
  EXPECT_NEAR(twice.angle, features[0].angle, 1e-5);
}

TEST(Align, FindsScaleTurnAndShift) {
  const Gray whole = scene(5);
  Gray half;
  shrink_to(crop(whole, 60, 20, 240, 200), 160, 133, half);
  const auto features = local_features(whole);
  const auto shrunk = align(local_features(half), features);
  ASSERT_TRUE(shrunk);
  EXPECT_GE(shrunk->inliers, 8);
  EXPECT_NEAR(shrunk->a_to_b.scale, 1.5, 0.05);
  EXPECT_NEAR(shrunk->a_to_b.rotation, 0, 0.03);
  EXPECT_NEAR(shrunk->a_to_b.dx, 60, 4);
  EXPECT_NEAR(shrunk->a_to_b.dy, 20, 4);
  const auto turned = align(local_features(turn(whole)), features);
  ASSERT_TRUE(turned);
  EXPECT_NEAR(turned->a_to_b.rotation, std::numbers::pi / 2, 0.02);  // clockwise where y points down
  EXPECT_NEAR(turned->a_to_b.scale, 1, 0.02);
}

TEST(Align, DifferentPicturesDoNotAlign) {
  const auto features = local_features(scene(6));
  for (uint64_t other = 7; other < 20; ++other) EXPECT_FALSE(align(local_features(scene(other)), features)) << other;
  EXPECT_FALSE(align({}, features));
  EXPECT_FALSE(align(features, {}));
}

}  // namespace
}  // namespace surefoot::index
