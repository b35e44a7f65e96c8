#pragma once
// The distinct pictures of a collection: what has the same bytes or the same pixels is one node of the search for
// edited copies.
#include <cstdint>
#include <span>
#include <vector>

#include "surefoot/clean/collection.h"

namespace surefoot::clean {

/// Immutable. Nodes are in the order of their best pictures' (reference, path bytes), so they do not depend on the
/// collection's order.
struct CopyNodes {
  std::vector<uint32_t> starts;    // of node n: pictures[starts[n] .. starts[n + 1])
  std::vector<uint32_t> pictures;  // positions in the collection, the best of each node first
  std::vector<uint8_t> reference;  // 1 where one of the node's pictures is a reference
  size_t size() const { return reference.size(); }
  std::span<const uint32_t> of(uint32_t node) const {
    return std::span(pictures).subspan(starts[node], starts[node + 1] - starts[node]);
  }
  uint32_t best(uint32_t node) const { return pictures[starts[node]]; }
};

/// Leaves out files that are no pictures or of which nothing could be decoded: `corrupt` speaks of those, and a group
/// must not protect them. Pictures that this build cannot decode (HEIC, above the limit of pixels) are compared by
/// their bytes.
CopyNodes copy_nodes(const Collection& collection);

}  // namespace surefoot::clean
