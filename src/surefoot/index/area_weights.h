#pragma once
// One axis of a reduction to few cells: which pixels count how much in each cell. Cells of both axes are applied row by
// row, so that a picture is read once whatever the filter.
#include <span>
#include <vector>

#include "surefoot/index/gray.h"

namespace surefoot::index {

struct AxisWeights {
  struct Cell {
    int first = 0;               // first pixel that counts
    std::vector<float> weights;  // they sum to 1
  };
  std::vector<Cell> cells;
};

/// The mean over equal stretches, pixels on a border shared by their part.
AxisWeights box_weights(int size, int cells);
/// PDQ's down-sampling: `cells` samples at the centres of equal stretches of the picture after two passes of a box
/// filter of half a stretch (a tent), whose window is cut at the picture's borders. Source: as PerceptualHashes::pdq.
AxisWeights tent_weights(int size, int cells);

/// out[i * columns.cells.size() + j], grey levels 0..255. Thread-safe; the same bits on every machine with IEEE floats.
void reduce(const Gray& gray, const AxisWeights& rows, const AxisWeights& columns, std::span<float> out);

}  // namespace surefoot::index
