#include "surefoot/index/look.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "surefoot/image/resize.h"
#include "surefoot/index/structure.h"

namespace surefoot::index {
namespace {

using Histogram = std::vector<uint32_t>;

/// numpy.percentile's linear interpolation between the two values next in rank; `value` says what a bin stands for.
template <typename Value>
double percentile(std::span<const uint32_t> histogram, uint64_t count, double percent, Value value) {
  const double rank = percent / 100 * static_cast<double>(count - 1);
  const auto below = static_cast<uint64_t>(rank);
  uint64_t seen = 0;
  for (size_t bin = 0; bin < histogram.size(); ++bin) {
    seen += histogram[bin];
    if (seen <= below) continue;
    size_t next = bin;
    while (seen == below + 1 && below + 1 < count && (next == bin || histogram[next] == 0)) ++next;
    return value(bin) + (rank - static_cast<double>(below)) * (value(next) - value(bin));
  }
  return value(histogram.size() - 1);
}
double as_level(size_t bin) { return static_cast<double>(bin); }

struct Moments {
  double mean = 0, variance = 0;
};
Moments moments_of(std::span<const uint32_t> histogram) {
  double count = 0, sum = 0, squares = 0;
  for (size_t bin = 0; bin < histogram.size(); ++bin) {
    const double n = histogram[bin], value = static_cast<double>(bin);
    count += n, sum += n * value, squares += n * value * value;
  }
  if (count == 0) return {};
  return {sum / count, std::max(0.0, squares / count - sum / count * (sum / count))};
}

double entropy_of(std::span<const uint32_t> histogram, uint64_t count) {
  double bits = 0;
  for (const uint32_t n : histogram) {
    if (n == 0) continue;
    const double p = static_cast<double>(n) / static_cast<double>(count);
    bits -= p * std::log2(p);
  }
  return std::abs(bits);
}

/// Rows that are looked at for percentiles: all up to 300,000 px, then every k-th.
int row_step(int width, int height) { return std::max(1, static_cast<int>(int64_t{width} * height / 300'000)); }

/// Four tables in turn: neighbours are often equal, and one counter would wait for itself.
Histogram histogram_of(const Gray& gray) {
  std::array<std::array<uint32_t, 256>, 4> tables{};
  for (size_t i = 0; i < gray.values.size(); ++i) ++tables[i % 4][gray.values[i]];
  Histogram histogram(256);
  for (const auto& table : tables) {
    for (size_t level = 0; level < 256; ++level) histogram[level] += table[level];
  }
  return histogram;
}

void measure_colors(const image::Pixels& pixels, Look& look) {
  // Brightness squared in 16,384 steps: 0.241 R^2 + 0.691 G^2 + 0.068 B^2, from tables, without a root a pixel.
  constexpr double kSteps = 16383;
  std::array<std::array<uint32_t, 256>, 3> parts;
  constexpr std::array<double, 3> kShare = {0.241, 0.691, 0.068};
  for (size_t c = 0; c < 3; ++c) {
    for (size_t v = 0; v < 256; ++v)
      parts[c][v] = static_cast<uint32_t>(std::lround(kShare[c] * static_cast<double>(v * v) / 65025 * kSteps * 256));
  }
  // Two tables in turn, as in `histogram_of`.
  constexpr size_t kSquares = 16384;
  std::array<Histogram, 2> squares{Histogram(kSquares), Histogram(kSquares)};
  std::array<std::array<std::array<uint32_t, 256>, 3>, 2> colors{};
  uint64_t count = 0;
  for (int y = 0, step = row_step(pixels.width, pixels.height); y < pixels.height; y += step) {
    const uint8_t* at = pixels.row(y);
    for (int x = 0; x < pixels.width; ++x, at += 3) {
      auto& channels = colors[static_cast<size_t>(x % 2)];
      ++squares[static_cast<size_t>(x % 2)]
               [std::min<uint32_t>(kSquares - 1, (parts[0][at[0]] + parts[1][at[1]] + parts[2][at[2]] + 128) >> 8)];
      ++channels[0][at[0]], ++channels[1][at[1]], ++channels[2][at[2]];
    }
    count += static_cast<uint64_t>(pixels.width);
  }
  Histogram& squared = squares[0];
  auto& channels = colors[0];
  for (size_t bin = 0; bin < kSquares; ++bin) squared[bin] += squares[1][bin];
  for (size_t c = 0; c < 3; ++c) {
    for (size_t v = 0; v < 256; ++v) channels[c][v] += colors[1][c][v];
  }
  const auto brightness = [&](size_t bin) { return std::sqrt(static_cast<double>(bin) / kSteps); };
  const auto at = [&](double percent) { return percentile(squared, count, percent, brightness); };
  look.brightness_p1 = at(1), look.brightness_p5 = at(5), look.brightness_p99 = at(99);
  double mean_squared = 0;  // cleanvision: the brightness of the mean colour
  for (size_t c = 0; c < 3; ++c) {
    const double mean = moments_of(channels[c]).mean / 255;
    mean_squared += kShare[c] * mean * mean;
    look.color_range = std::max(
        look.color_range, percentile(channels[c], count, 99, as_level) - percentile(channels[c], count, 1, as_level));
  }
  look.brightness_mean = std::sqrt(mean_squared);
}

/// cleanvision 0.3: edges of a thumbnail of 64 px, and how uneven its histogram is (drawings and cut-outs have few grey
/// levels and few edges and are not blurry).
void measure_blur(const image::Pixels& pixels, Look& look) {
  constexpr int kSide = 64;
  image::Pixels small;
  const double ratio = static_cast<double>(std::max(pixels.width, pixels.height)) / kSide;
  if (ratio > 1) {
    const auto side = [&](int px) { return std::max(static_cast<int>(std::floor(px / ratio)), 1); };
    small.resize(side(pixels.width), side(pixels.height));
    image::resize(pixels, 0, 0, pixels.width, pixels.height, image::Filter::kBicubic, small.rgb.data(), small.width,
                  small.height);
  }
  Gray gray;
  to_gray(ratio > 1 ? small : pixels, gray);
  std::array<uint32_t, 256> levels{}, edges{};
  std::array<uint32_t, 2048> laplacian{};
  uint64_t inside_count = 0;
  for (int y = 0; y < gray.height; ++y) {
    const bool inside = y > 0 && y + 1 < gray.height;
    for (int x = 0; x < gray.width; ++x) {
      const int value = gray.row(y)[x];
      ++levels[static_cast<size_t>(value)];
      int edge = value;  // Pillow's filters leave the border as it is
      if (inside && x > 0 && x + 1 < gray.width) {
        int around = 0;
        for (int dy = -1; dy <= 1; ++dy)
          around += gray.row(y + dy)[x - 1] + gray.row(y + dy)[x] + gray.row(y + dy)[x + 1];
        edge = std::clamp(9 * value - around, 0, 255);
        ++laplacian[static_cast<size_t>(std::min(2047, std::abs(9 * value - around)))], ++inside_count;
      }
      ++edges[static_cast<size_t>(edge)];
    }
  }
  look.edge_variance = moments_of(edges).variance;
  const double range =
      percentile(levels, gray.values.size(), 99, as_level) - percentile(levels, gray.values.size(), 1, as_level);
  look.sharpness = inside_count ? percentile(laplacian, inside_count, 99, as_level) / std::max(8.0, range) : 1;
  double mean = static_cast<double>(gray.values.size()) / 256, squares = 0;
  for (const uint32_t n : levels) squares += (n - mean) * (n - mean);
  const double uneven = 1 - std::exp(-0.01 * std::sqrt(squares / 256));
  look.blur_score = std::min(1.0, 1 - std::exp(-0.01 * std::sqrt(look.edge_variance)) + (uneven > 0.18 ? uneven : 0));
}

}  // namespace

Look look_of(const image::Pixels& pixels, const Gray& gray) {
  Look look;
  if (pixels.width < 1 || pixels.height < 1) return look;
  measure_colors(pixels, look);
  const Histogram luma = histogram_of(gray);
  const uint64_t count = gray.values.size();
  look.luma_range = percentile(luma, count, 99, as_level) - percentile(luma, count, 1, as_level);
  look.entropy = entropy_of(luma, count);
  const double variance = moments_of(luma).variance;
  measure_structure(gray, variance, look);
  measure_blur(pixels, look);
  return look;
}

}  // namespace surefoot::index
