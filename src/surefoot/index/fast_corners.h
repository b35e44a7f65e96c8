#pragma once
// Corners of one pyramid level.
#include <vector>

#include "surefoot/index/gray.h"

namespace surefoot::index {

struct Corner {
  int x = 0, y = 0;
  float strength = 0;  // Harris response, arbitrary units
};

/// FAST-9 (Rosten & Drummond 2006): nine neighbours in a row on a circle of 16 are all brighter or all darker than the
/// centre by more than `threshold` grey levels; only local maxima of the summed difference are kept, the `most`
/// largest. Positions at least `margin` (>= 4) px from the border, in row order, with their Harris response (Harris &
/// Stephens 1988) over 7 x 7 px. None in pictures narrower than 22 px. Thread-safe.
std::vector<Corner> fast_corners(const Gray& picture, int threshold, int margin, size_t most);

/// The `limit` corners with the largest distance to a clearly stronger one (adaptive non-maximal suppression, Brown,
/// Szeliski & Winder 2005): strong, and spread over the picture in a way that a crop does not change. Strongest first.
std::vector<Corner> spread(std::vector<Corner> corners, int limit);

}  // namespace surefoot::index
