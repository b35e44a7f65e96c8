#include "surefoot/index/hamming_index.h"

#include <algorithm>

namespace surefoot::index {
namespace {

constexpr size_t kSlots = 16, kValues = 65536;
constexpr int kSlotBits = 16;

uint32_t slot_value(const Hash256& hash, size_t slot) {
  return static_cast<uint16_t>(hash.words[slot / 4] >> (slot % 4 * kSlotBits));
}

/// Those of `positions` that are near, as position << 32 | distance.
[[gnu::always_inline]] inline void scan_each(std::span<const Hash256> hashes,
                                             const std::vector<uint32_t>& positions,
                                             const Hash256& query,
                                             int max_distance,
                                             std::vector<uint64_t>& hits) {
  constexpr size_t kAhead = 16;  // the hashes lie anywhere in memory
  for (size_t k = 0; k < positions.size(); ++k) {
    if (k + kAhead < positions.size()) __builtin_prefetch(&hashes[positions[k + kAhead]]);
    const int bits = distance(query, hashes[positions[k]]);
    if (bits <= max_distance) hits.push_back(uint64_t{positions[k]} << 32 | static_cast<uint32_t>(bits));
  }
}

#if defined(__x86_64__)
/// Programs for any x86-64 count bits in a function; nearly every processor has an instruction for it.
[[gnu::target("popcnt")]] void scan_counting(std::span<const Hash256> hashes,
                                             const std::vector<uint32_t>& positions,
                                             const Hash256& query,
                                             int max_distance,
                                             std::vector<uint64_t>& hits) {
  scan_each(hashes, positions, query, max_distance, hits);
}
#endif

void scan(std::span<const Hash256> hashes,
          const std::vector<uint32_t>& positions,
          const Hash256& query,
          int max_distance,
          std::vector<uint64_t>& hits) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("popcnt");
  if (has_instruction) return scan_counting(hashes, positions, query, max_distance, hits);
#endif
  scan_each(hashes, positions, query, max_distance, hits);
}

}  // namespace

HammingIndex::HammingIndex(std::span<const Hash256> hashes, const std::vector<bool>& skip, uint32_t hub)
    : hashes_(hashes),
      hub_(hub ? hub : std::max<uint32_t>(4096, static_cast<uint32_t>(hashes.size() / 200))),
      starts_(kSlots * kValues + 1) {
  const auto wanted = [&](size_t i) { return i >= skip.size() || !skip[i]; };
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (!wanted(i)) continue;
    for (size_t slot = 0; slot < kSlots; ++slot) ++starts_[slot * kValues + slot_value(hashes[i], slot) + 1];
  }
  for (size_t bucket = 1; bucket < starts_.size(); ++bucket) starts_[bucket] += starts_[bucket - 1];
  positions_.resize(starts_.back());
  // Slot by slot, so that the counters in use stay in the cache.
  for (size_t slot = 0; slot < kSlots; ++slot) {
    std::vector<uint32_t> next(starts_.begin() + static_cast<ptrdiff_t>(slot * kValues),
                               starts_.begin() + static_cast<ptrdiff_t>((slot + 1) * kValues));
    for (size_t i = 0; i < hashes.size(); ++i) {
      if (wanted(i)) positions_[next[slot_value(hashes[i], slot)]++] = static_cast<uint32_t>(i);
    }
  }
}

void HammingIndex::candidates(const Hash256& query, int flips, std::vector<uint32_t>& found) const {
  // Every bucket lies somewhere else in memory: all addresses are worked out, then asked for, then read.
  thread_local std::vector<Bucket> buckets;
  buckets.clear();
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const uint32_t base = static_cast<uint32_t>(slot * kValues) + slot_value(query, slot);
    buckets.push_back({base, false});
    for (int first = 0; flips >= 1 && first < kSlotBits; ++first) {
      const uint32_t once = base ^ (1u << first);
      buckets.push_back({once, true});
      for (int second = first + 1; flips >= 2 && second < kSlotBits; ++second)
        buckets.push_back({once ^ (1u << second), true});
    }
  }
  for (const Bucket& bucket : buckets) __builtin_prefetch(&starts_[bucket.id]);
  for (const Bucket& bucket : buckets) __builtin_prefetch(positions_.data() + starts_[bucket.id]);
  found.clear();
  for (const Bucket& bucket : buckets) {
    const uint32_t begin = starts_[bucket.id], end = starts_[bucket.id + 1];
    if (bucket.flipped && end - begin > hub_) continue;
    found.insert(found.end(), positions_.begin() + begin, positions_.begin() + end);
  }
}

void HammingIndex::search(const Hash256& query,
                          int max_distance,
                          const std::function<void(uint32_t position, int distance)>& found) const {
  thread_local std::vector<uint32_t> positions;
  // By the pigeonhole principle one of the 16 slots has at most max_distance / 16 differing bits.
  candidates(query, max_distance / static_cast<int>(kSlots), positions);
  std::vector<uint64_t> hits;  // not kept over calls: a callback may search too
  scan(hashes_, positions, query, max_distance, hits);
  std::sort(hits.begin(), hits.end());
  hits.erase(std::unique(hits.begin(), hits.end()), hits.end());
  for (const uint64_t hit : hits) found(static_cast<uint32_t>(hit >> 32), static_cast<int>(hit & 0xffffffffu));
}

}  // namespace surefoot::index
