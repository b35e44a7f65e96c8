#pragma once
// Where a point of one picture lies in another.
#include "surefoot/index/gray.h"

namespace surefoot::index {

/// x' = xx x + xy y + x0, y' = yx x + yy y + y0, in px with pixel centres at .5 (0..width from edge to edge).
struct AffineMap {
  double xx = 1, xy = 0, x0 = 0, yx = 0, yy = 1, y0 = 0;
  double x(double px, double py) const { return xx * px + xy * py + x0; }
  double y(double px, double py) const { return yx * px + yy * py + y0; }
  double determinant() const { return xx * yy - xy * yx; }
  AffineMap inverse() const;
  /// First this, then `next`.
  AffineMap then(const AffineMap& next) const;
};

/// [height, width] means of `picture` over the cells of a grid: each of n x n bilinear samples, with n so that samples
/// are about a pixel apart (at most 4). Beyond the edge the nearest pixel counts. @param grid_to_picture  cell units to
/// px
void resample(const Gray& picture, const AffineMap& grid_to_picture, int width, int height, float* cells);

}  // namespace surefoot::index
