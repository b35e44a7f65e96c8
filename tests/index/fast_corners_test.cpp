#include "surefoot/index/fast_corners.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "surefoot/base/philox.h"

namespace surefoot::index {
namespace {

constexpr std::array<std::array<int, 2>, 16> kCircle = {{{0, -3},
                                                         {1, -3},
                                                         {2, -2},
                                                         {3, -1},
                                                         {3, 0},
                                                         {3, 1},
                                                         {2, 2},
                                                         {1, 3},
                                                         {0, 3},
                                                         {-1, 3},
                                                         {-2, 2},
                                                         {-3, 1},
                                                         {-3, 0},
                                                         {-3, -1},
                                                         {-2, -2},
                                                         {-1, -3}}};

/// The definition, pixel by pixel: the summed difference where nine in a row are brighter, or darker; else 0.
int score_at(const Gray& picture, int x, int y, int threshold) {
  int bright = 0, dark = 0, bright_run = 0, dark_run = 0, longest = 0;
  for (size_t i = 0; i < 25; ++i) {
    const auto [dx, dy] = kCircle[i % 16];
    const int difference = picture.row(y + dy)[x + dx] - picture.row(y)[x];
    bright_run = difference > threshold ? bright_run + 1 : 0, dark_run = difference < -threshold ? dark_run + 1 : 0;
    longest = std::max({longest, bright_run, dark_run});
    if (i < 16) bright += std::max(0, difference - threshold), dark += std::max(0, -difference - threshold);
  }
  return longest >= 9 ? std::max(bright, dark) : 0;
}

std::set<std::pair<int, int>> by_definition(const Gray& picture, int threshold, int margin) {
  std::set<std::pair<int, int>> corners;
  const auto score = [&](int x, int y) {
    const bool counts = x >= margin && y >= margin && x < picture.width - margin && y < picture.height - margin;
    return counts ? score_at(picture, x, y, threshold) : 0;
  };
  for (int y = margin; y < picture.height - margin; ++y) {
    for (int x = margin; x < picture.width - margin; ++x) {
      const int own = score(x, y);
      bool largest = own > 0;
      for (int dy = -1; dy <= 1; ++dy) {
        for (int dx = -1; dx <= 1; ++dx) {
          const bool before = dy < 0 || (dy == 0 && dx < 0);
          if (dx != 0 || dy != 0)
            largest = largest && (before ? own > score(x + dx, y + dy) : own >= score(x + dx, y + dy));
        }
      }
      if (largest) corners.emplace(x, y);
    }
  }
  return corners;
}

/// Squares of random grey levels, all of 0 to 255, with noise: corners of every kind, at every place in a row.
Gray squares(int width, int height, uint64_t seed) {
  Philox random(seed, Purpose::kSynthetic, 0, 0);
  Gray picture;
  picture.resize(width, height);
  for (int i = 0; i < width * height / 60; ++i) {
    const int left = static_cast<int>(random.uniform() * width), top = static_cast<int>(random.uniform() * height);
    const int side = 2 + static_cast<int>(random.uniform() * 9), level = static_cast<int>(random.uniform() * 256);
    for (int y = top; y < std::min(height, top + side); ++y)
      std::fill(picture.row(y) + left, picture.row(y) + std::min(width, left + side), static_cast<uint8_t>(level));
  }
  return picture;
}

TEST(FastCorners, AreThoseOfTheDefinition) {
  size_t found = 0;
  for (const auto& [width, height] : {std::pair{22, 40}, {37, 30}, {64, 64}, {101, 50}, {131, 47}}) {
    for (const int threshold : {1, 7, 20, 90}) {
      const Gray picture = squares(width, height, static_cast<uint64_t>(width * threshold));
      std::set<std::pair<int, int>> corners;
      for (const Corner& corner : fast_corners(picture, threshold, 4, 100'000)) corners.emplace(corner.x, corner.y);
      EXPECT_EQ(corners, by_definition(picture, threshold, 4))
          << width << " x " << height << ", threshold " << threshold;
      found += corners.size();
    }
  }
  EXPECT_GT(found, 300u);
}

TEST(FastCorners, NoneInANarrowPicture) { EXPECT_TRUE(fast_corners(squares(21, 60, 1), 7, 4, 100).empty()); }

}  // namespace
}  // namespace surefoot::index
