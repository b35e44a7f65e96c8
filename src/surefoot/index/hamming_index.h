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
  /// `hashes` must outlive the index; at most 2^27 of them.
  /// @param skip  positions whose hash says nothing (blank pictures): never found; may be empty
  /// @param hub   slot values that more hashes than this share are templates (borders, watermark-only pictures); 0: the
  /// larger of 4096
  ///              and 1/200 of the hashes
  explicit HammingIndex(std::span<const Hash256> hashes, const std::vector<bool>& skip = {}, uint32_t hub = 0);
  /// Calls back for every position within `max_distance` (0..47) of `query`, each once, in ascending order.
  /// Thread-safe. Exact up to distance 15 always; beyond it exact but for pairs that are near in no slot other than by
  /// a flipped bit into a hub: hubs are followed from their own value only, so that a template does not attract the
  /// whole neighbourhood. Equal hashes are each called back: whoever may have a million of one frame hands in one of
  /// them.
  void search(const Hash256& query,
              int max_distance,
              const std::function<void(uint32_t position, int distance)>& found) const;

 private:
  struct Bucket {
    uint32_t id;
    bool flipped;  // not the query's own value of the slot
  };
  /// Positions that share a slot with the query but for `flips` bits; some several times.
  void candidates(const Hash256& query, int flips, std::vector<uint32_t>& found) const;

  std::span<const Hash256> hashes_;
  uint32_t hub_;
  std::vector<uint32_t> starts_, positions_;  // per slot: 65,536 buckets
};

}  // namespace surefoot::index
