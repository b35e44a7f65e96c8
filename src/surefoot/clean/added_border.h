#pragma once
// Frames and letterbox bars: what was put round a picture rather than photographed.
#include "surefoot/index/copy_check.h"
#include "surefoot/index/gray.h"

namespace surefoot::clean {

/// The share of `a` that lies outside of its copy `b` and is a border: even all over, and with an edge where `b` begins
/// (so the white ground of a product picture is none). 0 where there is no border. @param a_to_b  in px of the two
/// thumbnails. Thread-safe.
double added_border(const index::Gray& a, const index::Gray& b, const index::Similarity& a_to_b);

/// The map back, from `b` (the target of `a_to_b`) to `a`, whose width is given.
index::Similarity inverse(const index::Similarity& a_to_b, int width_a, int width_b);

}  // namespace surefoot::clean
