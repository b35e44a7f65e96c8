#pragma once
// Two aligned pictures, block by block.
#include <optional>

#include "surefoot/index/affine_map.h"
#include "surefoot/index/gray.h"

namespace surefoot::index {

struct BlockComparison {
  int compared = 0;          // blocks with structure in either picture
  int agreeing = 0;          // of them: NCC above kAgree
  double share = 0;          // agreeing / compared
  double median = 0;         // of the compared blocks' NCC, -1..1
  int both = 0;              // blocks with structure in both pictures
  double share_of_both = 0;  // of them: NCC above kAgree
  int textured =
      0;  // agreeing blocks with structure in two directions in both pictures: more than a piece of an outline
  double levels = 0;                    // NCC of the blocks' mean levels, -1..1
  double whole = 0;                     // NCC over the whole overlap, -1..1
  double covered_a = 0, covered_b = 0;  // share of each picture's area in the overlap
  AffineMap a_to_b;                     // refined
};
constexpr double kAgree = 0.8;

/// Normalised cross-correlation over 8 x 8 blocks of the overlap of `a` (mapped by `a_to_b`) and `b`. The map is
/// refined by the blocks' own small shifts (block matching, then least squares), and single blocks may shift a little.
/// Empty where the overlap is too small or the pictures have nothing in common. Thread-safe.
std::optional<BlockComparison> compare_blocks(const Gray& a, const Gray& b, const AffineMap& a_to_b);

}  // namespace surefoot::index
