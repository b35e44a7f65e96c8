#include "surefoot/index/fast_corners.h"

#include <algorithm>
#include <array>
#include <limits>

namespace surefoot::index {
namespace {

constexpr std::array<std::array<int, 2>, 16> kCircle = {{{0, -3}, {1, -3}, {2, -2}, {3, -1}, {3, 0}, {3, 1}, {2, 2}, {1, 3},
                                                         {0, 3}, {-1, 3}, {-2, 2}, {-3, 1}, {-3, 0}, {-3, -1}, {-2, -2}, {-1, -3}}};
constexpr int kHarrisRadius = 3;
constexpr double kHarrisK = 0.04;

/// Marks the pixels of a row with nine in a row on the circle that are brighter, or darker. Plain loops over bytes, which compilers vectorise:
/// 25 steps around the circle, each lengthens a pixel's run or ends it.
class RowMarks {
 public:
  explicit RowMarks(int width) : low_(width), high_(width), bright_(width), dark_(width), longest_(width), marks_(width) {}

  const uint8_t* mark(const Gray& picture, int y, int threshold) {
    const int width = picture.width;
    const uint8_t* row = picture.row(y);
    const int t = threshold;
    for (int x = 0; x < width; ++x) {
      high_[x] = static_cast<uint8_t>(std::min(255, row[x] + t)), low_[x] = static_cast<uint8_t>(std::max(0, row[x] - t));
      bright_[x] = dark_[x] = longest_[x] = 0;
    }
    for (size_t step = 0; step < 25; ++step) {
      const auto [dx, dy] = kCircle[step % 16];
      lengthen(picture.row(y + dy) + dx, width);
    }
    for (int x = 0; x < width; ++x) marks_[x] = longest_[x] >= 9;
    return marks_.data();
  }

 private:
  using Bytes = std::vector<uint8_t>;

  void lengthen(const uint8_t* ring, int width) {
    uint8_t *bright = bright_.data(), *dark = dark_.data(), *longest = longest_.data();
    const uint8_t *high = high_.data(), *low = low_.data();
    for (int x = 3; x < width - 3; ++x) {
      bright[x] = static_cast<uint8_t>(ring[x] > high[x] ? bright[x] + 1 : 0);
      dark[x] = static_cast<uint8_t>(ring[x] < low[x] ? dark[x] + 1 : 0);
      longest[x] = std::max({longest[x], bright[x], dark[x]});
    }
  }

  Bytes low_, high_, bright_, dark_, longest_, marks_;
};

/// How much brighter or darker than the threshold asks, summed around the circle.
int corner_score(const uint8_t* centre, const std::array<int, 16>& offsets, int threshold) {
  int bright = 0, dark = 0;
  for (const int offset : offsets) {
    const int difference = centre[offset] - *centre;
    bright += std::max(0, difference - threshold), dark += std::max(0, -difference - threshold);
  }
  return std::max(bright, dark);
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

std::vector<Corner> fast_corners(const Gray& picture, int threshold, int margin, size_t most) {
  const int width = picture.width, height = picture.height;
  std::vector<Corner> corners;
  if (width <= 2 * margin || height <= 2 * margin) return corners;
  std::array<int, 16> offsets{};
  for (size_t i = 0; i < 16; ++i) offsets[i] = kCircle[i][1] * width + kCircle[i][0];
  RowMarks row_marks(width);
  std::vector<uint16_t> scores(static_cast<size_t>(width) * static_cast<size_t>(height));
  std::vector<int> found;
  for (int y = margin; y < height - margin; ++y) {
    const uint8_t* marks = row_marks.mark(picture, y, threshold);
    for (int x = margin; x < width - margin; ++x) {
      if (!marks[x]) continue;
      const int at = y * width + x;
      scores[static_cast<size_t>(at)] = static_cast<uint16_t>(corner_score(picture.row(y) + x, offsets, threshold));
      found.push_back(at);
    }
  }
  // Local maxima; of equal neighbours the first in row order stays.
  std::erase_if(found, [&](int at) {
    const auto score = [&](int offset) { return scores[static_cast<size_t>(at + offset)]; };
    const uint16_t own = score(0);
    return !(own > score(-width - 1) && own > score(-width) && own > score(-width + 1) && own > score(-1) && own >= score(1) &&
             own >= score(width - 1) && own >= score(width) && own >= score(width + 1));
  });
  if (found.size() > most) {
    const auto better = [&](int a, int b) {
      const uint16_t first = scores[static_cast<size_t>(a)], second = scores[static_cast<size_t>(b)];
      return first != second ? first > second : a < b;
    };
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(most), found.end(), better);
    found.resize(most);
    std::sort(found.begin(), found.end());
  }
  for (const int at : found) corners.push_back({at % width, at / width, harris(picture, at % width, at / width)});
  return corners;
}

std::vector<Corner> spread(std::vector<Corner> corners, int limit) {
  std::stable_sort(corners.begin(), corners.end(), [](const Corner& a, const Corner& b) { return a.strength > b.strength; });
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
