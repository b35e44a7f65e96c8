#include "surefoot/index/resolution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "image/test_pictures.h"
#include "surefoot/base/files.h"
#include "surefoot/image/decode.h"
#include "surefoot/image/resize.h"
#include "surefoot/index/resolution_features.h"
#include "testing/temporary_folder.h"
#include "testing/test_data.h"

namespace surefoot::index {
namespace {

using image::Pixels;

// Dead leaves (Lee, Mumford & Huang 2001): discs of all sizes over one another, as sharp as pixels allow, with a little
// grain.
Gray photograph_like(int width, int height, uint64_t seed) {
  Philox random(seed, Purpose::kSynthetic, 0, 0);
  Gray large, gray;
  large.resize(2 * width, 2 * height);
  for (int disc = width * height / 20; disc > 0; --disc) {
    const double radius = std::min(3 / std::sqrt(random.uniform() + 1e-9), 200.0), x0 = random.uniform(0, large.width),
                 y0 = random.uniform(0, large.height);
    const auto shade = static_cast<uint8_t>(random.below(200) + 28);
    for (int y = std::max(0, static_cast<int>(y0 - radius)); y < std::min<double>(large.height, y0 + radius); ++y) {
      const double reach = std::sqrt(std::max(0.0, radius * radius - (y - y0) * (y - y0)));
      const int begin = std::max(0, static_cast<int>(x0 - reach)),
                end = std::min(large.width, static_cast<int>(x0 + reach));
      if (begin < end) std::fill(large.row(y) + begin, large.row(y) + end, shade);
    }
  }
  shrink_to(large, width, height, gray);
  for (uint8_t& value : gray.values) value = static_cast<uint8_t>(value + random.below(7));
  return gray;
}

Pixels to_pixels(const Gray& gray) {
  Pixels pixels;
  pixels.resize(gray.width, gray.height);
  for (size_t i = 0; i < gray.values.size(); ++i)
    std::fill_n(pixels.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, gray.values[i]);
  return pixels;
}

Pixels scaled(const Pixels& pixels, double factor, image::Filter filter) {
  Pixels out;
  out.resize(static_cast<int>(std::lround(pixels.width * factor)),
             static_cast<int>(std::lround(pixels.height * factor)));
  image::resize(pixels, 0, 0, pixels.width, pixels.height, filter, out.rgb.data(), out.width, out.height);
  return out;
}

Pixels through_jpeg(const Pixels& pixels, int quality) {
  image::JpegKind kind;
  kind.quality = quality;
  Pixels out;
  image::decode(image::jpeg_file(pixels, kind), {}, out);
  return out;
}

Gray gray_of(const Pixels& pixels) {
  Gray gray;
  to_gray(pixels, gray);
  return gray;
}

Gray repeated(const Gray& gray, int factor) {
  Gray out;
  out.resize(gray.width * factor, gray.height * factor);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) out.row(y)[x] = gray.row(y / factor)[x / factor];
  }
  return out;
}

TEST(Resolution, EveryPixelOfASharpPictureCounts) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    const Resolution r = resolution_of(photograph_like(480, 360, seed));
    EXPECT_LT(r.score, kFakeResolutionScore) << seed;
    EXPECT_FALSE(r.upscaled) << seed;
    EXPECT_EQ(r.effective_share, 1) << seed;
  }
}

TEST(Resolution, AnEnlargementByThreeIsMeasuredAndLeavesTraces) {
  for (const image::Filter filter : {image::Filter::kBilinear, image::Filter::kBicubic}) {
    const Resolution r = resolution_of(gray_of(scaled(to_pixels(photograph_like(240, 180, 1)), 3, filter)));
    EXPECT_GT(r.score, 0.9);
    EXPECT_NEAR(r.effective_share, 1 / 3.0, 0.03);
    EXPECT_TRUE(r.upscaled);
    EXPECT_GT(r.confidence, 0.8);
  }
}

TEST(Resolution, RepeatedPixelsAreSeen) {
  const Resolution r = resolution_of(repeated(photograph_like(160, 120, 3), 4));
  EXPECT_GT(r.score, 0.9);
  EXPECT_TRUE(r.upscaled);
  EXPECT_NEAR(r.replication, 0.75, 0.02);
}

TEST(Resolution, ExtremeEnlargementsAreSeenAtAQuarterOfTheSize) {
  const Resolution r =
      resolution_of(gray_of(scaled(to_pixels(photograph_like(160, 120, 5)), 12.5, image::Filter::kBicubic)));
  EXPECT_GT(r.score, 0.9);
  EXPECT_LT(r.effective_share, 1 / 8.0);
  EXPECT_GT(r.effective_share, 1 / 20.0);
}

TEST(Resolution, SaysNothingOfPlainAndTinyPictures) {
  Gray plain;
  plain.resize(300, 200);
  std::fill(plain.values.begin(), plain.values.end(), uint8_t{90});
  for (const Gray& gray : {plain, photograph_like(63, 400, 1), Gray{}}) {
    const Resolution r = resolution_of(gray);
    EXPECT_EQ(r.score, 0);
    EXPECT_EQ(r.effective_share, 1);
    EXPECT_EQ(r.confidence, 0);
  }
}

TEST(Resolution, EverySizeFromSixtyFourPixelsIsMeasured) {
  for (const auto& [width, height] : {std::pair{64, 64}, {65, 127}, {64, 3000}, {511, 513}, {1023, 70}, {2600, 64}}) {
    const Resolution r = resolution_of(photograph_like(width, height, 7));
    EXPECT_GT(r.trace, 0) << width << " x " << height;
    EXPECT_TRUE(std::isfinite(r.score) && r.score >= 0 && r.score <= 1);
    EXPECT_TRUE(r.effective_share > 0 && r.effective_share <= 1);
  }
}

TEST(ResolutionFeatures, AreThePowerOfTheBands) {
  // White noise: the same power in every band, its variance.
  Philox random(1, Purpose::kSynthetic, 0, 0);
  Gray noise;
  noise.resize(512, 512);
  for (uint8_t& value : noise.values) value = static_cast<uint8_t>(std::clamp(128 + 8 * random.normal(), 0.0, 255.0));
  const ResolutionFeatures features = resolution_features(noise);
  EXPECT_EQ(features.blocks, 32);  // the better half of 64
  for (size_t band = 0; band < kResolutionBands; ++band) EXPECT_NEAR(features.values[band], 0, 0.25) << band;
  EXPECT_NEAR(features.values[3 * kResolutionBands], std::log2(64 + 1 / 12.0), 0.15);
}

// Photographs that the model has never seen (flowers5/val), enlarged by our own resize; the training script measures
// with Pillow's.
class Photographs : public ::testing::Test {
 protected:
  void SetUp() override {
    const testing::TemporaryFolder folder;
    if (!testing::unpack_data("flowers5.tar", folder.path(), "--wildcards 'flowers5/val/*'"))
      GTEST_SKIP() << "skipped: no data";
    for (const std::string& path : testing::files_below(folder.path()))
      ASSERT_TRUE(image::decode(real_files().read(path), {}, photographs_.emplace_back()).ok()) << path;
  }
  std::vector<Pixels> photographs_;
};

TEST_F(Photographs, AreNativeAndTheirEnlargementsAreNot) {
  size_t false_alarms = 0, found = 0, enlarged = 0;
  std::vector<double> errors;
  for (size_t i = 0; i < photographs_.size(); ++i) {
    false_alarms += resolution_of(gray_of(photographs_[i])).score > kFakeResolutionScore;
    if (i % 3 != 0) continue;
    const double factor = i % 2 == 0 ? 3 : 4.5;
    const Pixels thumbnail = scaled(photographs_[i], 0.5, image::Filter::kBilinear);
    const Pixels large = scaled(i % 4 < 2 ? through_jpeg(thumbnail, 80) : thumbnail, factor,
                                i % 5 < 2 ? image::Filter::kBilinear : image::Filter::kBicubic);
    const Resolution r = resolution_of(gray_of(through_jpeg(large, 75 + static_cast<int>(i % 20))));
    ++enlarged, found += r.score > kFakeResolutionScore;
    errors.push_back(std::abs(r.effective_share * factor - 1));
  }
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2), errors.end());
  std::printf("false alarms %zu of %zu, found %zu of %zu, median error of the share %.3f\n", false_alarms,
              photographs_.size(), found, enlarged, errors[errors.size() / 2]);
  EXPECT_LE(false_alarms, photographs_.size() / 100);
  EXPECT_GE(static_cast<double>(found), 0.95 * static_cast<double>(enlarged));
  EXPECT_LT(errors[errors.size() / 2], 0.15);
}

}  // namespace
}  // namespace surefoot::index
