#pragma once
// Which of two copies something was put on: text, a logo, a bar.
#include "surefoot/index/affine_map.h"
#include "surefoot/index/gray.h"

namespace surefoot::index {

struct AddedMark {
  double in_a = 0, in_b = 0;  // share of the overlap that differs and is an addition of `a`, of `b`
  double differs = 0;         // share of the overlap that differs, also where nobody knows whose addition it is
};

/// Lays `a` over `b`, evens out brightness and contrast, and looks at the regions that differ by more than a shift of
/// one pixel explains. Around what was added the picture jumps all along the region's outline, and within a bar or a
/// stroke levels are few; the photograph below goes on across the outline. The same answer when `a` and `b` change
/// places, but for rounding. Thread-safe.
/// @param a_to_b  in px of the two
AddedMark added_mark(const Gray& a, const Gray& b, const AffineMap& a_to_b);

}  // namespace surefoot::index
