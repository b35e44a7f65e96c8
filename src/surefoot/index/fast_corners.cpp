#include "surefoot/index/fast_corners.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace surefoot::index {
namespace {

constexpr std::array<std::array<int, 2>, 16> kCircle = {{{0, -3}, {1, -3}, {2, -2}, {3, -1}, {3, 0}, {3, 1}, {2, 2}, {1, 3},
                                                         {0, 3}, {-1, 3}, {-2, 2}, {-3, 1}, {-3, 0}, {-3, -1}, {-2, -2}, {-1, -3}}};
constexpr int kHarrisRadius = 3;
constexpr double kHarrisK = 0.04;
constexpr size_t kMostRanked = 400;  // corners a level that are compared with each other

/// Marks where two of the four compass points differ enough: every arc of nine holds two. Plain loops over bytes, which compilers vectorise.
void mark_candidates(const Gray& picture, int y, int threshold, uint8_t* marks) {
  const uint8_t* row = picture.row(y);
  const uint8_t *north = picture.row(y - 3), *south = picture.row(y + 3);
  const auto t = static_cast<uint8_t>(threshold);
  for (int x = 3; x < picture.width - 3; ++x) {
    const uint8_t centre = row[x];
    const auto high = static_cast<uint8_t>(centre > 255 - t ? 255 : centre + t), low = static_cast<uint8_t>(centre < t ? 0 : centre - t);
    const auto brighter = static_cast<uint8_t>((north[x] > high) + (south[x] > high) + (row[x - 3] > high) + (row[x + 3] > high));
    const auto darker = static_cast<uint8_t>((north[x] < low) + (south[x] < low) + (row[x - 3] < low) + (row[x + 3] < low));
    marks[x] = static_cast<uint8_t>((brighter >= 2) | (darker >= 2));
  }
}

bool nine_in_a_row(uint32_t ring) {
  ring |= ring << 16;
  uint32_t runs = ring & ring >> 1;
  runs &= runs >> 2;
  runs &= runs >> 4;
  return (runs & ring >> 8) != 0;
}

/// 0 where there is no corner.
int corner_score(const uint8_t* centre, const std::array<int, 16>& offsets, int threshold) {
  uint32_t bright = 0, dark = 0;
  int bright_sum = 0, dark_sum = 0;
  for (uint32_t i = 0; i < 16; ++i) {
    const int difference = centre[offsets[i]] - *centre;
    if (difference > threshold) bright |= 1u << i, bright_sum += difference - threshold;
    if (difference < -threshold) dark |= 1u << i, dark_sum -= difference + threshold;
  }
  return std::max(nine_in_a_row(bright) ? bright_sum : 0, nine_in_a_row(dark) ? dark_sum : 0);
}

float harris(const Gray& picture, int cx, int cy) {
  int64_t xx = 0, yy = 0, xy = 0;
  for (int y = cy - kHarrisRadius; y <= cy + kHarrisRadius; ++y) {
    const uint8_t *up = picture.row(y - 1), *mid = picture.row(y), *down = picture.row(y + 1);
    for (int x = cx - kHarrisRadius; x <= cx + kHarrisRadius; ++x) {
      const int dx = up[x + 1] - up[x - 1] + 2 * (mid[x + 1] - mid[x - 1]) + down[x + 1] - down[x - 1];
      const int dy = down[x - 1] - up[x - 1] + 2 * (down[x] - up[x]) + down[x + 1] - up[x + 1];
      xx += dx * dx, yy += dy * dy, xy += dx * dy;
    }
  }
  const double a = static_cast<double>(xx), b = static_cast<double>(yy), c = static_cast<double>(xy);
  return static_cast<float>((a * b - c * c - kHarrisK * (a + b) * (a + b)) * 1e-9);
}

}  // namespace

std::vector<Corner> fast_corners(const Gray& picture, int threshold, int margin) {
  const int width = picture.width, height = picture.height;
  std::vector<Corner> corners;
  if (width <= 2 * margin || height <= 2 * margin) return corners;
  std::array<int, 16> offsets{};
  for (size_t i = 0; i < 16; ++i) offsets[i] = kCircle[i][1] * width + kCircle[i][0];
  std::vector<uint8_t> marks(static_cast<size_t>(width));
  std::vector<uint16_t> scores(static_cast<size_t>(width) * static_cast<size_t>(height));
  std::vector<int> found;
  for (int y = margin; y < height - margin; ++y) {
    mark_candidates(picture, y, threshold, marks.data());
    const uint8_t* row = picture.row(y);
    for (int x = margin; x < width - margin; ++x) {
      uint64_t eight = 1;
      if (x + 8 <= width - margin) std::memcpy(&eight, &marks[static_cast<size_t>(x)], 8);
      if (eight == 0) {
        x += 7;
        continue;
      }
      if (!marks[static_cast<size_t>(x)]) continue;
      const int score = corner_score(row + x, offsets, threshold);
      if (score == 0) continue;
      scores[static_cast<size_t>(y * width + x)] = static_cast<uint16_t>(score);
      found.push_back(y * width + x);
    }
  }
  for (const int at : found) {
    const auto score = [&](int offset) { return scores[static_cast<size_t>(at + offset)]; };
    const uint16_t own = score(0);
    // Of equal neighbours the first in row order stays.
    const bool largest = own > score(-width - 1) && own > score(-width) && own > score(-width + 1) && own > score(-1) && own >= score(1) &&
                         own >= score(width - 1) && own >= score(width) && own >= score(width + 1);
    if (largest) corners.push_back({at % width, at / width, harris(picture, at % width, at / width)});
  }
  return corners;
}

std::vector<Corner> spread(std::vector<Corner> corners, int limit) {
  std::stable_sort(corners.begin(), corners.end(), [](const Corner& a, const Corner& b) { return a.strength > b.strength; });
  if (corners.size() > kMostRanked) corners.resize(kMostRanked);
  struct Ranked {
    int squared_radius;
    size_t at;
  };
  std::vector<Ranked> ranked;
  for (size_t i = 0; i < corners.size(); ++i) {
    int radius = std::numeric_limits<int>::max();
    for (size_t j = 0; j < i && corners[j].strength * 0.9f > corners[i].strength; ++j) {
      const int dx = corners[j].x - corners[i].x, dy = corners[j].y - corners[i].y;
      radius = std::min(radius, dx * dx + dy * dy);
    }
    ranked.push_back({radius, i});
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) { return a.squared_radius > b.squared_radius; });
  if (ranked.size() > static_cast<size_t>(std::max(0, limit))) ranked.resize(static_cast<size_t>(std::max(0, limit)));
  std::vector<Corner> chosen;
  for (const Ranked& one : ranked) chosen.push_back(corners[one.at]);
  return chosen;
}

}  // namespace surefoot::index
