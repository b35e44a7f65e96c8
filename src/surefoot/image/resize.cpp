#include "surefoot/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "surefoot/base/error.h"
#include "surefoot/image/blend.h"

namespace surefoot::image {
namespace {

double filter_support(Filter filter) { return filter == Filter::kBilinear ? 1.0 : 2.0; }

double filter_value(Filter filter, double x) {
  x = std::abs(x);
  if (filter == Filter::kBilinear) return x < 1 ? 1 - x : 0;
  constexpr double a = -0.5;  // Keys 1981
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/// Where the filter of one output lies.
struct Window {
  double center, stretch;  // stretch: how many source px one unit of the filter covers
  int begin, end;
};

/// Source px an output.
double scale_of(const Axis& axis) { return static_cast<double>(axis.end - axis.begin) / axis.outputs; }

Window window_of(const Axis& axis, Filter filter, int output) {
  const double scale = scale_of(axis), stretch = std::max(scale, 1.0);
  const double reach = filter_support(filter) * stretch, center = axis.begin + (output + 0.5) * scale;
  return {center, stretch, std::max(static_cast<int>(center - reach + 0.5), 0),
          std::min(static_cast<int>(center + reach + 0.5), axis.size)};
}

/// One weight, rounded as Pillow does, into its place of a pair.
void store_weight(double value, size_t tap, WeightPair* pairs) {
  const double scaled = value * (1 << kWeightBits);
  const int weight = static_cast<int>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const int high = (weight + 128) >> 8, low = weight - high * 256, move = tap % 2 ? 16 : 0;
  const auto halfword = [&](int part) {
    return static_cast<int32_t>(static_cast<uint32_t>(static_cast<uint16_t>(part)) << move);
  };
  pairs[tap / 2].high |= halfword(high);
  pairs[tap / 2].low |= halfword(low);
}

void compute_weights(const Axis& axis, Filter filter, Weights& weights) {
  const auto count = static_cast<size_t>(axis.count);
  weights.start.resize(count);
  weights.taps.resize(count);
  thread_local std::vector<double> values;
  const double reach = filter_support(filter) * std::max(scale_of(axis), 1.0);
  weights.pairs_stride = static_cast<size_t>(std::ceil(reach)) + 1;  // at most 2 * ceil(reach) + 1 taps
  weights.pairs.assign(count * weights.pairs_stride, {});
  for (size_t i = 0; i < count; ++i) {
    const int output = axis.first + (axis.mirror ? axis.count - 1 - static_cast<int>(i) : static_cast<int>(i));
    const Window window = window_of(axis, filter, output);
    values.clear();
    double sum = 0;
    for (int p = window.begin; p < window.end; ++p) {
      values.push_back(filter_value(filter, (p - window.center + 0.5) / window.stretch));
      sum += values.back();
    }
    weights.start[i] = window.begin;
    weights.taps[i] = window.end - window.begin;
    for (size_t tap = 0; tap < values.size(); ++tap)
      store_weight(values[tap] / sum, tap, weights.pairs.data() + i * weights.pairs_stride);
  }
}

/// True where each output is one source pixel, in order.
bool is_copy(const Axis& axis) { return !axis.mirror && scale_of(axis) == 1 && axis.begin == std::floor(axis.begin); }

/// Rows of RGB pixels somewhere in memory.
struct Rows {
  const uint8_t* first;
  size_t stride;
  int count;
  const uint8_t* at(int row) const { return first + static_cast<size_t>(row) * stride; }
};

/// Resizes along x the rows, which begin with source column support(x).begin, to `out` of [rows, x.count, 3].
/// Sixteen rows at a time stand beside each other in the lanes of a vector, so that the sums run down columns.
void resize_rows(const Rows& rows, const Axis& x, Filter filter, uint8_t* out) {
  const size_t out_bytes = static_cast<size_t>(x.count) * 3;
  if (is_copy(x)) {
    for (int row = 0; row < rows.count; ++row)
      std::memcpy(out + static_cast<size_t>(row) * out_bytes, rows.at(row), out_bytes);
    return;
  }
  thread_local Weights weights;
  thread_local std::vector<uint8_t> lanes, sums;
  compute_weights(x, filter, weights);
  const Stretch columns = support(x, filter);
  const size_t in_bytes = static_cast<size_t>(columns.end - columns.begin) * 3;
  lanes.resize(in_bytes * kLanes);
  sums.resize(out_bytes * kLanes);
  constexpr size_t kPixel = 3 * kLanes;
  for (int row = 0; row < rows.count; row += kLanes) {
    const uint8_t* in[kLanes];
    uint8_t* to[kLanes];
    for (int i = 0; i < kLanes; ++i) {
      const int at = std::min(row + i, rows.count - 1);  // the last block repeats its last row
      in[i] = rows.at(at);
      to[i] = out + static_cast<size_t>(at) * out_bytes;
    }
    rows_to_lanes(in, in_bytes, lanes.data());
    blend_rows(lanes.data(), columns.begin, kPixel, weights, sums.data(), kPixel, kPixel);
    lanes_to_rows(sums.data(), out_bytes, to);
  }
}

/// Resizes along y rows that begin with source row support(y).begin, `row_bytes` of each, to `out`.
void resize_columns(const Rows& rows, const Axis& y, Filter filter, uint8_t* out, size_t row_bytes) {
  thread_local Weights weights;
  compute_weights(y, filter, weights);
  blend_rows(rows.first, support(y, filter).begin, rows.stride, weights, out, row_bytes, row_bytes);
}

/// Which pass goes first decides where 8 bits round and clip. Pillow 13 shrinks columns first where they lose more than
/// twice as many pixels as the rows (found by comparison; with bilinear either order is within one level of the other).
bool columns_first(const Axis& x, const Axis& y) {
  return y.outputs < y.size && y.size - y.outputs > 2 * (x.size - x.outputs);
}

}  // namespace

Stretch support(const Axis& axis, Filter filter) {
  if (is_copy(axis))
    return {static_cast<int>(axis.begin) + axis.first, static_cast<int>(axis.begin) + axis.first + axis.count};
  return {window_of(axis, filter, axis.first).begin, window_of(axis, filter, axis.first + axis.count - 1).end};
}

void resize(const Pixels& source, const Axis& x, const Axis& y, Filter filter, uint8_t* target) {
  const Stretch columns = support(x, filter), rows = support(y, filter);
  SUREFOOT_CHECK(columns.begin >= x.offset && columns.end <= x.offset + source.width,
                 std::to_string(columns.begin) + ".." + std::to_string(columns.end));
  SUREFOOT_CHECK(rows.begin >= y.offset && rows.end <= y.offset + source.height,
                 std::to_string(rows.begin) + ".." + std::to_string(rows.end));
  const Rows needed{source.row(rows.begin - y.offset) + ptrdiff_t{columns.begin - x.offset} * 3,
                    static_cast<size_t>(source.width) * 3, rows.end - rows.begin};
  if (is_copy(y)) return resize_rows(needed, x, filter, target);
  thread_local std::vector<uint8_t> between;
  const size_t in_bytes = static_cast<size_t>(columns.end - columns.begin) * 3,
               out_bytes = static_cast<size_t>(x.count) * 3;
  if (columns_first(x, y)) {
    between.resize(static_cast<size_t>(y.count) * in_bytes);
    resize_columns(needed, y, filter, between.data(), in_bytes);
    resize_rows({between.data(), in_bytes, y.count}, x, filter, target);
  } else {
    between.resize(static_cast<size_t>(needed.count) * out_bytes);
    resize_rows(needed, x, filter, between.data());
    resize_columns({between.data(), out_bytes, needed.count}, y, filter, target, out_bytes);
  }
}

void resize(const Pixels& source,
            double x0,
            double y0,
            double x1,
            double y1,
            Filter filter,
            uint8_t* target,
            int width,
            int height) {
  SUREFOOT_CHECK(
      x0 >= 0 && x0 < x1 && x1 <= source.width && y0 >= 0 && y0 < y1 && y1 <= source.height && width > 0 && height > 0,
      "box outside");
  const Axis x{.begin = static_cast<float>(x0),
               .end = static_cast<float>(x1),
               .size = source.width,
               .outputs = width,
               .count = width};
  const Axis y{.begin = static_cast<float>(y0),
               .end = static_cast<float>(y1),
               .size = source.height,
               .outputs = height,
               .count = height};
  resize(source, x, y, filter, target);
}

}  // namespace surefoot::image
