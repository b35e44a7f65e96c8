#pragma once
// From verified pairs to groups around a kept picture, without chaining.
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "surefoot/clean/copy_groups.h"
#include "surefoot/clean/copy_nodes.h"

namespace surefoot::clean {

/// What a comparison of two nodes said; a < b.
struct NodePair {
  uint32_t a = 0, b = 0;
  index::CopyKind kind = index::CopyKind::kNone;
  float score = 0, overlay_in_a = 0, overlay_in_b = 0, differs = 0;
  bool same() const { return kind != index::CopyKind::kNone; }
};

/// Compares pairs (a < b) of nodes; answers in the order of the pairs.
using JudgePairs = std::function<std::vector<NodePair>(const std::vector<std::pair<uint32_t, uint32_t>>& pairs)>;

/// An overlay (text, logo, bar) counts from this share of the picture on: some letters.
constexpr float kOverlayShare = 0.001f;

/// Groups by the kept picture's position. Of each component of `copies` the best picture is kept (a reference before
/// all others), and its members are those that compare as copies with it directly; what does not is grouped again. A
/// picture counts as watermarked where it shows an overlay over more of its copies than show one over it; where a pair
/// differs and nobody knows which of the two was changed, further copies tell: what most of them agree on is the
/// original. Cost: about linear in the number of pairs.
/// @param copies  pairs that are copies, ascending by (a, b), each once
std::vector<CopyGroup> form_groups(const Collection& collection,
                                   const CopyNodes& nodes,
                                   const std::vector<NodePair>& copies,
                                   const JudgePairs& judge);

}  // namespace surefoot::clean
