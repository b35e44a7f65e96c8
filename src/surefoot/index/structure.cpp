#include "surefoot/index/structure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "surefoot/base/wide.h"
#include "surefoot/index/area_weights.h"

namespace surefoot::index {
namespace {

/// Means of k x k px, k being the smallest that brings the long side to at most `long_side`; what is left over at the
/// right and below is cut.
SUREFOOT_WIDE Gray shrunk(const Gray& gray, int long_side) {
  const int k = std::max(1, (std::max(gray.width, gray.height) + long_side - 1) / long_side);
  if (k == 1 || gray.width < k || gray.height < k) return gray;
  Gray small;
  small.resize(gray.width / k, gray.height / k);
  std::vector<uint32_t> line(static_cast<size_t>(gray.width));
  const auto area = static_cast<uint32_t>(k * k);
  for (int y = 0; y < small.height; ++y) {
    std::fill(line.begin(), line.end(), 0u);
    for (int row = y * k; row < (y + 1) * k; ++row) {
      const uint8_t* from = gray.row(row);
      for (size_t x = 0; x < line.size(); ++x) line[x] += from[x];
    }
    const uint32_t* at = line.data();
    for (int x = 0; x < small.width; ++x, at += k)
      small.row(y)[x] = static_cast<uint8_t>((std::accumulate(at, at + k, 0u) + area / 2) / area);
  }
  return small;
}

/// By value: that is what the compiler turns into one instruction for sixteen pixels.
inline uint8_t low(uint8_t a, uint8_t b) { return a < b ? a : b; }
inline uint8_t high(uint8_t a, uint8_t b) { return a < b ? b : a; }
inline uint8_t middle(uint8_t a, uint8_t b, uint8_t c) { return high(low(a, b), low(high(a, b), c)); }

/// Median of 3 x 3; the border is left as it is. Columns are sorted, then the median is the middle one of the largest
/// minimum, the middle of the middles and the smallest maximum.
SUREFOOT_WIDE Gray median3(const Gray& source) {
  Gray result = source;
  const auto width = static_cast<size_t>(source.width);
  std::vector<uint8_t> lows(width), middles(width), highs(width);
  for (int y = 1; y + 1 < source.height; ++y) {
    const uint8_t *up = source.row(y - 1), *at = source.row(y), *down = source.row(y + 1);
    uint8_t *__restrict l = lows.data(), *__restrict m = middles.data(), *__restrict h = highs.data(), *__restrict out = result.row(y);
    for (size_t x = 0; x < width; ++x) {
      l[x] = low(low(up[x], at[x]), down[x]);
      m[x] = middle(up[x], at[x], down[x]);
      h[x] = high(high(up[x], at[x]), down[x]);
    }
    for (size_t x = 1; x + 1 < width; ++x) {
      const uint8_t of_lows = high(high(l[x - 1], l[x]), l[x + 1]), of_highs = low(low(h[x - 1], h[x]), h[x + 1]);
      out[x] = middle(of_lows, middle(m[x - 1], m[x], m[x + 1]), of_highs);
    }
  }
  return result;
}

/// Variance of a block around its best plane. The axes are orthogonal on a grid, so each slope stands alone.
double off_plane(const Gray& gray, int left, int top, int width, int height) {
  int sum = 0, squares = 0, along_x = 0,
      along_y = 0;  // of at most 8 x 8 bytes; distances from the middle in half pixels
  for (int y = 0; y < height; ++y) {
    const uint8_t* at = gray.row(top + y) + left;
    int line = 0;
    for (int x = 0; x < width; ++x) line += at[x], squares += at[x] * at[x], along_x += (2 * x + 1 - width) * at[x];
    sum += line, along_y += (2 * y + 1 - height) * line;
  }
  const double count = width * height;
  const double xx = count * (width * width - 1) / 3,
               yy = count * (height * height - 1) / 3;  // sums of squared distances
  double rest = squares - double(sum) * sum / count;
  if (xx > 0) rest -= double(along_x) * along_x / xx;
  if (yy > 0) rest -= double(along_y) * along_y / yy;
  return std::max(0.0, rest / count);
}

double flat_share_of(const Gray& gray) {
  constexpr int kLongSide = 256, kBlock = 8;
  constexpr double kRms = 1.5;
  const Gray small = median3(shrunk(gray, kLongSide));
  int flat = 0, blocks = 0;
  for (int y = 0; y == 0 || y + kBlock <= small.height; y += kBlock) {
    for (int x = 0; x == 0 || x + kBlock <= small.width; x += kBlock) {
      flat += off_plane(small, x, y, std::min(kBlock, small.width), std::min(kBlock, small.height)) < kRms * kRms;
      ++blocks;
    }
  }
  return static_cast<double>(flat) / blocks;
}

/// Means of 16 x 16 areas vary by variance / area where pixels are independent; twice that is taken off (JPEG keeps the
/// low frequencies of noise and drops the high ones).
void measure_areas(const Gray& gray, double variance, Look& look) {
  const int rows = std::min(16, gray.height), columns = std::min(16, gray.width);
  std::vector<float> means(static_cast<size_t>(rows * columns));
  reduce(gray, box_weights(gray.height, rows), box_weights(gray.width, columns), means);
  const double count = static_cast<double>(means.size()), area = double(gray.width) * gray.height / count;
  const double noise = area > 1 ? 2 * variance / area : 0;
  // 1, u, v, u^2 - its mean, v^2 - its mean, u v are orthogonal on a grid: each is projected out alone.
  const double uu_mean = (columns * columns - 1) / 12.0, vv_mean = (rows * rows - 1) / 12.0;
  std::array<double, 6> along{}, norm{};
  double squares = 0;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      const double u = x - (columns - 1) / 2.0, v = y - (rows - 1) / 2.0,
                   mean = means[static_cast<size_t>(y * columns + x)];
      const std::array<double, 6> basis = {1, u, v, u * u - uu_mean, v * v - vv_mean, u * v};
      for (size_t k = 0; k < 6; ++k) along[k] += basis[k] * mean, norm[k] += basis[k] * basis[k];
      squares += mean * mean;
    }
  }
  double rest = squares;
  for (size_t k = 0; k < 6; ++k) {
    if (norm[k] > 1e-9) rest -= along[k] * along[k] / norm[k];
    if (k == 0) look.coarse_contrast = std::sqrt(std::max(0.0, rest / count - noise));
  }
  look.surface_residual = std::sqrt(std::max(0.0, rest / count - noise));
}

/// 1 - E[(a - b)^2] / (2 variance) of pixels `dx`, `dy` apart, over at most 32 rows.
SUREFOOT_WIDE double correlation(const Gray& gray, double variance, int dx, int dy) {
  const int width = std::clamp(gray.width - dx, 0, 65000);    // so many squares of a byte fit into 32 bits
  const int step = std::max(1, (gray.height - dy) / 32) | 1;  // odd: rows of all places within a block of JPEG
  double squares = 0, count = 0;
  for (int y = 0; y + dy < gray.height; y += step) {
    const uint8_t *a = gray.row(y), *b = gray.row(y + dy) + dx;
    uint32_t sum = 0;
    for (int x = 0; x < width; ++x) sum += static_cast<uint32_t>((a[x] - b[x]) * (a[x] - b[x]));
    squares += sum, count += width;
  }
  return count > 0 ? std::clamp(1 - squares / count / (2 * variance), -1.0, 1.0) : 0;
}

void measure_correlations(const Gray& gray, double variance, Look& look) {
  look.neighbour_correlation = 1, look.pattern_correlation = 0;
  if (variance < 1e-6) return;
  if (gray.width > 1) look.neighbour_correlation = correlation(gray, variance, 1, 0);
  // Beyond a block of JPEG, which ties the noise within it together.
  for (int lag = 8; lag <= 24; ++lag) {
    for (const double found : {correlation(gray, variance, lag, 0), correlation(gray, variance, 0, lag)}) {
      look.pattern_correlation = std::max(look.pattern_correlation, std::abs(found));
    }
  }
}

}  // namespace

void measure_structure(const Gray& gray, double variance, Look& look) {
  look.flat_share = flat_share_of(gray);
  measure_areas(gray, variance, look);
  measure_correlations(gray, variance, look);
}

}  // namespace surefoot::index
