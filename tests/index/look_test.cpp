#include "surefoot/index/look.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "surefoot/base/philox.h"

namespace surefoot::index {
namespace {

using Color = std::array<double, 3>;

Look look_at(int width, int height, const std::function<Color(int x, int y)>& color) {
  image::Pixels pixels;
  pixels.resize(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Color rgb = color(x, y);
      for (size_t c = 0; c < 3; ++c)
        pixels.row(y)[3 * x + static_cast<int>(c)] = static_cast<uint8_t>(std::clamp(rgb[c], 0.0, 255.0));
    }
  }
  Gray gray;
  to_gray(pixels, gray);
  return look_of(pixels, gray);
}

TEST(Look, OfOneColor) {
  const Look look = look_at(120, 80, [](int, int) { return Color{10, 200, 30}; });
  const double brightness = std::sqrt(0.241 * 100 + 0.691 * 40000 + 0.068 * 900) / 255;
  for (const double value : {look.brightness_p1, look.brightness_mean, look.brightness_p99})
    EXPECT_NEAR(value, brightness, 1e-3);
  EXPECT_EQ(look.luma_range, 0);
  EXPECT_EQ(look.entropy, 0);
  EXPECT_EQ(look.flat_share, 1);
  EXPECT_EQ(look.coarse_contrast, 0);
}

TEST(Look, PercentilesAreNumpys) {
  // numpy.percentile(range(101), [1, 5, 99]) of grey levels 0..100: 1, 5, 99.
  const Look look = look_at(101, 50, [](int x, int) { return Color{double(x), double(x), double(x)}; });
  EXPECT_NEAR(look.brightness_p1, 1 / 255.0, 0.004);
  EXPECT_NEAR(look.brightness_p5, 5 / 255.0, 0.002);
  EXPECT_NEAR(look.brightness_p99, 99 / 255.0, 0.001);
  EXPECT_NEAR(look.luma_range, 98, 0.2);
  EXPECT_NEAR(look.entropy, std::log2(101), 1e-6);
}

TEST(Look, ASlopeIsFlatAndATextureIsNot) {
  EXPECT_EQ(look_at(512, 384, [](int x, int y) { return Color{x / 2.0, y / 2.0, 128}; }).flat_share, 1);
  EXPECT_LT(
      look_at(512, 384,
              [](int x, int y) { return Color(x / 6 % 2 ^ y / 6 % 2 ? Color{200, 200, 200} : Color{40, 40, 40}); })
          .flat_share,
      0.1);
}

TEST(Look, WhiteNoiseHasNeitherCoarseContrastNorNeighboursThatAgree) {
  Philox random(3, Purpose::kSynthetic, 0, 0);
  const auto noise = [&](int, int) {
    const double value = 100 + 40 * random.normal();
    return Color{value, value, value};
  };
  const Look look = look_at(400, 300, noise);
  EXPECT_LT(look.coarse_contrast, 1);
  EXPECT_NEAR(look.neighbour_correlation, 0, 0.05);
  const Look waves = look_at(400, 300, [&](int x, int y) {
    const Color n = noise(x, y);
    return Color{n[0] + 60 * std::sin(x / 60.0), n[1] + 60 * std::sin(x / 60.0), n[2] + 60 * std::sin(x / 60.0)};
  });
  EXPECT_GT(waves.coarse_contrast, 20);
  EXPECT_GT(waves.neighbour_correlation, 0.4);
}

TEST(Look, EqualLumaOfDifferentHuesIsSeenAsColor) {
  const Look look = look_at(100, 100, [](int x, int) { return x / 10 % 2 ? Color{180, 0, 0} : Color{0, 92, 0}; });
  EXPECT_LE(look.luma_range, 1);
  EXPECT_EQ(look.color_range, 180);
}

TEST(Look, TheBlurScoreFallsWithTheEdges) {
  // Shapes of many grey levels, so that the histogram term stays out.
  const auto picture = [](double softness) {
    return look_at(640, 480, [&](int x, int y) {
      const double wave = std::sin(x / 25.0) * std::sin(y / 31.0) + 0.4 * std::sin(x / 7.0 + y / 90.0);
      const double value = 128 + 100 * std::tanh(wave / softness) + x / 40.0 + y / 50.0;
      return Color{value, value, value};
    });
  };
  EXPECT_GT(picture(0.05).edge_variance, 2 * picture(1).edge_variance);
  EXPECT_GT(picture(0.05).blur_score, picture(1).blur_score);
}

TEST(Look, AnySizeIsTaken) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 3000}, {3000, 1}, {2, 2}, {7, 9}, {8, 8}}) {
    const Look look =
        look_at(width, height, [](int x, int y) { return Color{double(x * 7 % 256), double(y % 256), 40}; });
    for (const double share :
         {look.brightness_p1, look.brightness_mean, look.brightness_p99, look.flat_share, look.blur_score}) {
      EXPECT_GE(share, 0) << width << " x " << height;
      EXPECT_LE(share, 1) << width << " x " << height;
    }
    EXPECT_TRUE(std::isfinite(look.coarse_contrast));
  }
}

}  // namespace
}  // namespace surefoot::index
