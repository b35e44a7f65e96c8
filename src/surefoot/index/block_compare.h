#pragma once
// Two aligned pictures, block by block.
#include <optional>

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

struct BlockComparison {
  int compared = 0;         // blocks with structure in either picture
  int agreeing = 0;         // of them: NCC above kAgree
  int busier_in_a = 0, busier_in_b = 0;  // of those that do not agree
  double share = 0;         // agreeing / compared
  double median = 0;        // of the compared blocks' NCC, -1..1
  int both = 0;             // blocks with structure in both pictures
  double share_of_both = 0; // of them: NCC above kAgree
  int textured = 0;         // agreeing blocks with structure in two directions in both pictures: more than a piece of an outline
  double levels = 0;        // NCC of the blocks' mean levels, -1..1
  double whole = 0;         // NCC over the whole overlap, -1..1
  double covered_a = 0, covered_b = 0;  // share of each picture's area in the overlap
  AffineMap a_to_b;         // refined
};
constexpr double kAgree = 0.8;

/// Normalised cross-correlation over 8 x 8 blocks of the overlap of `a` (mapped by `a_to_b`) and `b`. The map is refined by the blocks'
/// own small shifts (block matching, then least squares), and single blocks may shift a little. Empty where the overlap is too small or the
/// pictures have nothing in common. Thread-safe.
std::optional<BlockComparison> compare_blocks(const Gray& a, const Gray& b, const AffineMap& a_to_b);

}  // namespace surefoot::index
