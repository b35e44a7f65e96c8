#include "surefoot/index/area_weights.h"

#include <algorithm>

#include "surefoot/base/wide.h"

namespace surefoot::index {
namespace {

/// Stretch of pixels that a pass of the box filter averages for output `at`: PDQ's window of `width` reaches one
/// further ahead than behind where it is even.
struct Reach {
  int begin, end;
};
Reach box_reach(int at, int width, int size) {
  const int ahead = (width + 2) / 2;
  return {std::max(0, at - (width - ahead)), std::min(size, at + ahead)};
}

}  // namespace

AxisWeights box_weights(int size, int cells) {
  AxisWeights axis;
  axis.cells.resize(static_cast<size_t>(cells));
  for (int i = 0; i < cells; ++i) {
    const double begin = double(i) * size / cells, end = double(i + 1) * size / cells;
    AxisWeights::Cell& cell = axis.cells[static_cast<size_t>(i)];
    cell.first = std::min(static_cast<int>(begin), size - 1);
    for (int at = cell.first; at < size && (at < end || cell.weights.empty()); ++at) {
      cell.weights.push_back(
          static_cast<float>((std::min(end, at + 1.0) - std::max(begin, double(at))) / (end - begin)));
    }
  }
  return axis;
}

AxisWeights tent_weights(int size, int cells) {
  const int width = (size + 2 * cells - 1) / (2 * cells);
  AxisWeights axis;
  axis.cells.resize(static_cast<size_t>(cells));
  for (int i = 0; i < cells; ++i) {
    const int centre = static_cast<int>((i + 0.5) * size / cells);
    const Reach outer = box_reach(centre, width, size);
    AxisWeights::Cell& cell = axis.cells[static_cast<size_t>(i)];
    cell.first = box_reach(outer.begin, width, size).begin;
    cell.weights.assign(static_cast<size_t>(box_reach(outer.end - 1, width, size).end - cell.first), 0.0f);
    for (int mid = outer.begin; mid < outer.end; ++mid) {
      const Reach inner = box_reach(mid, width, size);
      const double share = 1.0 / (outer.end - outer.begin) / (inner.end - inner.begin);
      for (int at = inner.begin; at < inner.end; ++at)
        cell.weights[static_cast<size_t>(at - cell.first)] += static_cast<float>(share);
    }
  }
  return axis;
}

SUREFOOT_WIDE void reduce(const Gray& gray, const AxisWeights& rows, const AxisWeights& columns, std::span<float> out) {
  const auto width = static_cast<size_t>(gray.width);
  std::vector<float> line(width);
  float* const sums = line.data();
  size_t written = 0;
  for (const AxisWeights::Cell& row : rows.cells) {
    std::fill(line.begin(), line.end(), 0.0f);
    for (size_t k = 0; k < row.weights.size(); ++k) {
      const uint8_t* const from = gray.row(row.first + static_cast<int>(k));
      const float weight = row.weights[k];
      for (size_t x = 0; x < width; ++x) sums[x] += weight * static_cast<float>(from[x]);
    }
    for (const AxisWeights::Cell& column : columns.cells) {
      float sum = 0;
      for (size_t k = 0; k < column.weights.size(); ++k)
        sum += column.weights[k] * sums[static_cast<size_t>(column.first) + k];
      out[written++] = sum;
    }
  }
}

}  // namespace surefoot::index
