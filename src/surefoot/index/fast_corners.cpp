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

/// 16 pixels at once: GCC and Clang have such vectors on every machine. Comparisons give 255 (true) or 0.
using Bytes [[gnu::vector_size(16)]] = uint8_t;
constexpr int kBytes = 16;

Bytes load(const uint8_t* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}
bool any(Bytes bytes) {
  std::array<uint64_t, 2> words;
  std::memcpy(words.data(), &bytes, sizeof bytes);
  return (words[0] | words[1]) != 0;
}
Bytes larger(Bytes a, Bytes b) { return a > b ? a : b; }

/// 255 for each of 16 pixels with nine in a row on the circle that are brighter, or darker. Any nine in a row hold two of the circle's four
/// points along the axes: most pixels are out after those. Then 25 steps around the circle, each lengthens a pixel's run or ends it.
Bytes marks_of(const uint8_t* centre, const std::array<int, 16>& offsets, int threshold) {
  const Bytes here = load(centre), step = Bytes{} + static_cast<uint8_t>(threshold);
  const Bytes sum = here + step, high = sum < here ? Bytes{} + uint8_t{255} : sum, low = here < step ? Bytes{} : here - step;
  Bytes brighter{}, darker{};  // how many of the four, as negative numbers
  for (size_t i = 0; i < offsets.size(); i += 4) {
    const Bytes ring = load(centre + offsets[i]);
    brighter += static_cast<Bytes>(ring > high), darker += static_cast<Bytes>(ring < low);
  }
  const Bytes one = Bytes{} + uint8_t{1};
  if (!any(static_cast<Bytes>((Bytes{} - brighter) > one) | static_cast<Bytes>((Bytes{} - darker) > one))) return Bytes{};
  Bytes bright{}, dark{}, longest{};
  for (size_t i = 0; i < 25; ++i) {
    const Bytes ring = load(centre + offsets[i % 16]);
    bright = (bright + one) & static_cast<Bytes>(ring > high), dark = (dark + one) & static_cast<Bytes>(ring < low);
    longest = larger(longest, larger(bright, dark));
  }
  return static_cast<Bytes>(longest >= (Bytes{} + uint8_t{9}));
}

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
  if (width <= 2 * margin || height <= 2 * margin || width < kBytes + 6) return corners;
  std::array<int, 16> offsets{};
  for (size_t i = 0; i < 16; ++i) offsets[i] = kCircle[i][1] * width + kCircle[i][0];
  std::vector<uint16_t> scores(static_cast<size_t>(width) * static_cast<size_t>(height));
  std::vector<int> found;
  for (int y = margin; y < height - margin; ++y) {
    for (int left = margin; left < width - margin; left += kBytes) {
      const int begin = std::min(left, width - 3 - kBytes);  // the last 16 end where the circle still lies in the picture
      const Bytes marks = marks_of(picture.row(y) + begin, offsets, threshold);
      if (!any(marks)) continue;
      for (int x = left; x < std::min(begin + kBytes, width - margin); ++x) {
        if (marks[x - begin] == 0) continue;
        const int at = y * width + x;
        scores[static_cast<size_t>(at)] = static_cast<uint16_t>(corner_score(picture.values.data() + at, offsets, threshold));
        found.push_back(at);
      }
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
