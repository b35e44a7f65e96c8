#pragma once
// All pairs of 256-bit hashes within a distance, in sub-quadratic time: multi-index hashing over 16 slots of 16 bits
// (Norouzi, Punjani, Fleet 2012; the same slots as PDQ's MIH). Exact up to the distance that it was built for.
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "surefoot/index/perceptual_hash.h"

namespace surefoot::index {

struct HashPair {
  uint32_t a = 0, b = 0;  // positions in what was handed in
  int distance = 0;
};

/// Memory: the hashes plus about 64 bytes a hash. Building is not thread-safe, searching is.
class HammingIndex {
 public:
  /// `hashes` must outlive the index. @param skip  positions whose hash says nothing (blank pictures): never found; may be empty
  explicit HammingIndex(std::span<const Hash256> hashes, const std::vector<bool>& skip = {});
  /// Calls back for every position within `max_distance` (0..47) of `query`, each once, in ascending order. Exact.
  /// A slot value that more than `hub` hashes share is a template (borders, watermark-only pictures): it is not followed for
  /// distances above 15, so that a million copies of one frame do not make the search quadratic.
  void search(const Hash256& query, int max_distance, const std::function<void(uint32_t position, int distance)>& found) const;

 private:
  std::span<const Hash256> hashes_;
  std::vector<uint32_t> starts_, positions_;  // per slot: 65,536 buckets
};

}  // namespace surefoot::index
