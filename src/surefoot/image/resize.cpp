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

Window window_of(const Axis& axis, Filter filter, int output) {
  const double scale = (axis.end - axis.begin) / axis.outputs, stretch = std::max(scale, 1.0);
  const double reach = filter_support(filter) * stretch, center = axis.begin + (output + 0.5) * scale;
  return {center, stretch, std::max(static_cast<int>(center - reach + 0.5), 0), std::min(static_cast<int>(center + reach + 0.5), axis.size)};
}

/// The largest shift with which every weight fits 16 bits and every sum 32 (Pillow's 22 bits at most).
int weight_shift(double most) {
  int shift = 22;
  while (most * (1 << shift) > 32767) --shift;
  return shift;
}

/// Rounds so that the weights still add up to one: an even surface stays as it is.
void store_pairs(const std::vector<double>& values, int shift, int32_t* pairs) {
  const double one = 1 << shift;
  int sum = 0;
  size_t heaviest = 0;
  std::vector<int>& rounded = *[] { thread_local std::vector<int> scratch; return &scratch; }();
  rounded.assign(values.size(), 0);
  for (size_t t = 0; t < values.size(); ++t) {
    rounded[t] = static_cast<int>(std::lround(values[t] * one));
    sum += rounded[t];
    if (values[t] > values[heaviest]) heaviest = t;
  }
  rounded[heaviest] = std::min(rounded[heaviest] + (1 << shift) - sum, 32767);
  for (size_t t = 0; t < values.size(); ++t) {
    const auto bits = static_cast<uint32_t>(static_cast<uint16_t>(rounded[t]));
    pairs[t / 2] = static_cast<int32_t>(t % 2 ? static_cast<uint32_t>(pairs[t / 2]) | bits << 16 : bits);
  }
}

void compute_weights(const Axis& axis, Filter filter, Weights& weights) {
  const auto count = static_cast<size_t>(axis.count);
  weights.start.resize(count);
  weights.taps.resize(count);
  thread_local std::vector<std::vector<double>> values;
  if (values.size() < count) values.resize(count);
  double most = 0;
  size_t taps = 1;
  for (size_t i = 0; i < count; ++i) {
    const int output = axis.first + (axis.mirror ? axis.count - 1 - static_cast<int>(i) : static_cast<int>(i));
    const Window window = window_of(axis, filter, output);
    std::vector<double>& row = values[i];
    row.clear();
    double sum = 0;
    for (int p = window.begin; p < window.end; ++p) {
      row.push_back(filter_value(filter, (p - window.center + 0.5) / window.stretch));
      sum += row.back();
    }
    for (double& value : row) value /= sum;
    for (const double value : row) most = std::max(most, std::abs(value));
    weights.start[i] = window.begin;
    weights.taps[i] = window.end - window.begin;
    taps = std::max(taps, row.size());
  }
  weights.shift = weight_shift(most);
  weights.pairs_stride = (taps + 1) / 2;
  weights.pairs.assign(count * weights.pairs_stride, 0);
  for (size_t i = 0; i < count; ++i) store_pairs(values[i], weights.shift, weights.pairs.data() + i * weights.pairs_stride);
}

/// True where each output is one source pixel, in order.
bool is_copy(const Axis& axis) { return !axis.mirror && axis.end - axis.begin == axis.outputs && axis.begin == std::floor(axis.begin); }

/// Rows of the source between `rows`, resized along x, to `out` of [rows, x.count, 3].
/// Sixteen rows at a time stand beside each other in the lanes of a vector, so that the sums run down columns.
void resize_rows(const Pixels& source, const Axis& x, Filter filter, Stretch rows, int row_offset, uint8_t* out) {
  const size_t out_bytes = static_cast<size_t>(x.count) * 3;
  const int count = rows.end - rows.begin;
  const auto source_row = [&](int row) { return source.row(rows.begin - row_offset + row); };
  if (is_copy(x)) {
    const ptrdiff_t from = (static_cast<ptrdiff_t>(x.begin) + x.first - x.offset) * 3;
    for (int row = 0; row < count; ++row) std::memcpy(out + static_cast<size_t>(row) * out_bytes, source_row(row) + from, out_bytes);
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
  for (int row = 0; row < count; row += kLanes) {
    const uint8_t* in[kLanes];
    uint8_t* to[kLanes];
    for (int i = 0; i < kLanes; ++i) {
      const int at = std::min(row + i, count - 1);  // the last block repeats its last row
      in[i] = source_row(at) + ptrdiff_t{columns.begin - x.offset} * 3;
      to[i] = out + static_cast<size_t>(at) * out_bytes;
    }
    rows_to_lanes(in, in_bytes, lanes.data());
    blend_rows(lanes.data(), columns.begin, kPixel, weights, sums.data(), kPixel, kPixel);
    lanes_to_rows(sums.data(), out_bytes, to);
  }
}

}  // namespace

Stretch support(const Axis& axis, Filter filter) {
  if (is_copy(axis)) return {static_cast<int>(axis.begin) + axis.first, static_cast<int>(axis.begin) + axis.first + axis.count};
  return {window_of(axis, filter, axis.first).begin, window_of(axis, filter, axis.first + axis.count - 1).end};
}

void resize(const Pixels& source, const Axis& x, const Axis& y, Filter filter, uint8_t* target) {
  const Stretch columns = support(x, filter), rows = support(y, filter);
  SUREFOOT_CHECK(columns.begin >= x.offset && columns.end <= x.offset + source.width, std::to_string(columns.begin) + ".." + std::to_string(columns.end));
  SUREFOOT_CHECK(rows.begin >= y.offset && rows.end <= y.offset + source.height, std::to_string(rows.begin) + ".." + std::to_string(rows.end));
  if (is_copy(y)) {
    resize_rows(source, x, filter, rows, y.offset, target);
    return;
  }
  thread_local std::vector<uint8_t> between;
  thread_local Weights weights;
  const size_t row_bytes = static_cast<size_t>(x.count) * 3;
  between.resize(static_cast<size_t>(rows.end - rows.begin) * row_bytes);
  resize_rows(source, x, filter, rows, y.offset, between.data());
  compute_weights(y, filter, weights);
  blend_rows(between.data(), rows.begin, row_bytes, weights, target, row_bytes, row_bytes);
}

void resize(const Pixels& source, double x0, double y0, double x1, double y1, Filter filter, uint8_t* target, int width, int height) {
  SUREFOOT_CHECK(x0 >= 0 && x0 < x1 && x1 <= source.width && y0 >= 0 && y0 < y1 && y1 <= source.height && width > 0 && height > 0, "box outside");
  const Axis x{.begin = x0, .end = x1, .size = source.width, .outputs = width, .count = width};
  const Axis y{.begin = y0, .end = y1, .size = source.height, .outputs = height, .count = height};
  resize(source, x, y, filter, target);
}

}  // namespace surefoot::image
