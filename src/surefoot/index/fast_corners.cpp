#include "surefoot/index/fast_corners.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "surefoot/base/wide.h"

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
Bytes smaller(Bytes a, Bytes b) { return a < b ? a : b; }

using Ring = std::array<Bytes, 16>;

/// `outer` over the 16 arcs of nine, of `inner` over an arc. Two arcs share eight of their pixels.
template <typename Inner, typename Outer>
Bytes over_arcs(const Ring& ring, Inner inner, Outer outer) {
  std::array<Bytes, 8> two, four;
  for (size_t i = 0; i < 8; ++i) two[i] = inner(ring[2 * i + 1], ring[(2 * i + 2) % 16]);
  for (size_t i = 0; i < 8; ++i) four[i] = inner(two[i], two[(i + 1) % 8]);
  Bytes result{};
  for (size_t i = 0; i < 8; ++i) {
    const Bytes eight = inner(four[i], four[(i + 2) % 8]),
                both = outer(inner(eight, ring[2 * i]), inner(eight, ring[(2 * i + 9) % 16]));
    result = i == 0 ? both : outer(result, both);
  }
  return result;
}

/// Of 16 pixels side by side.
struct Scores {
  std::array<uint8_t, kBytes> marks{};  // 255: nine in a row on the circle are brighter, or darker
  std::array<uint16_t, kBytes>
      scores{};  // how much brighter or darker than the threshold asks, summed around the circle
  bool any = false;
};

using Words [[gnu::vector_size(32)]] = uint16_t;

/// Any nine in a row hold two neighbours of the circle's four points along the axes: most pixels are out after those.
void score(const uint8_t* centre, const std::array<int, 16>& offsets, int threshold, Scores& result) {
  result.any = false;
  const Bytes here = load(centre), step = Bytes{} + static_cast<uint8_t>(threshold);
  const Bytes sum = here + step, high = sum < here ? Bytes{} + uint8_t{255} : sum,
              low = here < step ? Bytes{} : here - step;
  const Bytes north = load(centre + offsets[0]), east = load(centre + offsets[4]), south = load(centre + offsets[8]),
              west = load(centre + offsets[12]);
  const Bytes brighter = smaller(larger(north, south), larger(east, west)),
              darker = larger(smaller(north, south), smaller(east, west));
  if (!any(static_cast<Bytes>(brighter > high) | static_cast<Bytes>(darker < low))) return;
  Ring ring;
  for (size_t i = 0; i < ring.size(); ++i) ring[i] = load(centre + offsets[i]);
  const Bytes marks = static_cast<Bytes>(over_arcs(ring, smaller, larger) > high) |
                      static_cast<Bytes>(over_arcs(ring, larger, smaller) < low);
  if (!any(marks)) return;
  result.any = true;
  std::memcpy(result.marks.data(), &marks, sizeof marks);
  Words bright{}, dark{};
  for (const Bytes& point : ring) {
    bright += __builtin_convertvector(larger(point, high) - high, Words);
    dark += __builtin_convertvector(low - smaller(point, low), Words);
  }
  const Words scores = bright > dark ? bright : dark;
  std::memcpy(result.scores.data(), &scores, sizeof scores);
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

SUREFOOT_WIDE std::vector<Corner> fast_corners(const Gray& picture, int threshold, int margin, size_t most) {
  const int width = picture.width, height = picture.height;
  std::vector<Corner> corners;
  if (width <= 2 * margin || height <= 2 * margin || width < kBytes + 6) return corners;
  std::array<int, 16> offsets{};
  for (size_t i = 0; i < 16; ++i) offsets[i] = kCircle[i][1] * width + kCircle[i][0];
  std::vector<uint16_t> scores(static_cast<size_t>(width) * static_cast<size_t>(height));
  std::vector<int> found;
  Scores sixteen;
  for (int y = margin; y < height - margin; ++y) {
    for (int left = margin; left < width - margin; left += kBytes) {
      const int begin =
          std::min(left, width - 3 - kBytes);  // the last 16 end where the circle still lies in the picture
      score(picture.row(y) + begin, offsets, threshold, sixteen);
      if (!sixteen.any) continue;
      for (int x = left; x < std::min(begin + kBytes, width - margin); ++x) {
        const auto lane = static_cast<size_t>(x - begin);
        if (sixteen.marks[lane] == 0) continue;
        scores[static_cast<size_t>(y * width + x)] = sixteen.scores[lane];
        found.push_back(y * width + x);
      }
    }
  }
  // Local maxima; of equal neighbours the first in row order stays.
  std::erase_if(found, [&](int at) {
    const auto score = [&](int offset) { return scores[static_cast<size_t>(at + offset)]; };
    const uint16_t own = score(0);
    return !(own > score(-width - 1) && own > score(-width) && own > score(-width + 1) && own > score(-1) &&
             own >= score(1) && own >= score(width - 1) && own >= score(width) && own >= score(width + 1));
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
  std::stable_sort(corners.begin(), corners.end(),
                   [](const Corner& a, const Corner& b) { return a.strength > b.strength; });
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
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const Ranked& a, const Ranked& b) { return a.squared_radius > b.squared_radius; });
  if (ranked.size() > static_cast<size_t>(std::max(0, limit))) ranked.resize(static_cast<size_t>(std::max(0, limit)));
  std::vector<Corner> chosen;
  for (const Ranked& one : ranked) chosen.push_back(corners[one.at]);
  return chosen;
}

}  // namespace surefoot::index
