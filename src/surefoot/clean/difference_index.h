#pragma once
// Near 64-bit difference hashes in sub-quadratic time: multi-index hashing over 4 slots of 16 bits
// (Norouzi, Punjani, Fleet 2012).
#include <cstdint>
#include <span>
#include <vector>

namespace surefoot::clean {

/// The difference hash of the picture mirrored (left-right) or upside down, from the hash alone (ties of equal
/// neighbours aside).
uint64_t mirrored_difference(uint64_t hash);
uint64_t upside_down_difference(uint64_t hash);

/// Memory: 4 bytes a hash and slot. Searching is thread-safe.
class DifferenceIndex {
 public:
  /// Exact up to this distance, hubs aside.
  static constexpr int kMostDistance = 10;
  struct Near {
    uint32_t position = 0;
    int distance = 0;
    auto operator<=>(const Near&) const = default;
  };

  /// @param hashes  must outlive the index. @param skip  positions that are never found; may be empty
  /// @param hub     a slot value that more hashes share is a template and is not followed
  DifferenceIndex(std::span<const uint64_t> hashes, const std::vector<bool>& skip, size_t hub = 2000);
  /// Adds what is within kMostDistance to `found`, in no order; one position may come more than once.
  void search(uint64_t query, std::vector<Near>& found) const;

 private:
  void visit(int slot, uint32_t value, uint64_t query, std::vector<Near>& found) const;

  std::span<const uint64_t> hashes_;
  size_t hub_;
  std::vector<uint32_t> starts_, positions_;  // per slot: 65,536 buckets
};

}  // namespace surefoot::clean
