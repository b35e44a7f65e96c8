#include "surefoot/index/hamming_index.h"

#include <algorithm>

namespace surefoot::index {
namespace {

constexpr size_t kSlots = 16, kValues = 65536;
constexpr int kSlotBits = 16;

uint32_t slot_value(const Hash256& hash, size_t slot) { return static_cast<uint16_t>(hash.words[slot / 4] >> (slot % 4 * kSlotBits)); }

}  // namespace

HammingIndex::HammingIndex(std::span<const Hash256> hashes, const std::vector<bool>& skip, uint32_t hub)
    : hashes_(hashes), hub_(hub ? hub : std::max<uint32_t>(4096, static_cast<uint32_t>(hashes.size() / 200))), starts_(kSlots * kValues + 1) {
  const auto wanted = [&](size_t i) { return i >= skip.size() || !skip[i]; };
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (!wanted(i)) continue;
    for (size_t slot = 0; slot < kSlots; ++slot) ++starts_[slot * kValues + slot_value(hashes[i], slot) + 1];
  }
  for (size_t bucket = 1; bucket < starts_.size(); ++bucket) starts_[bucket] += starts_[bucket - 1];
  positions_.resize(starts_.back());
  // Slot by slot, so that the counters in use stay in the cache.
  for (size_t slot = 0; slot < kSlots; ++slot) {
    std::vector<uint32_t> next(starts_.begin() + static_cast<ptrdiff_t>(slot * kValues), starts_.begin() + static_cast<ptrdiff_t>((slot + 1) * kValues));
    for (size_t i = 0; i < hashes.size(); ++i) {
      if (wanted(i)) positions_[next[slot_value(hashes[i], slot)]++] = static_cast<uint32_t>(i);
    }
  }
}

void HammingIndex::follow(size_t slot, uint32_t value, bool flipped, const Hash256& query, int max_distance, std::vector<uint64_t>& hits) const {
  const size_t bucket = slot * kValues + value;
  const uint32_t begin = starts_[bucket], end = starts_[bucket + 1];
  if (flipped && end - begin > hub_) return;
  constexpr uint32_t kAhead = 12;  // the hashes lie anywhere in memory: ask for them early
  for (uint32_t k = begin; k < end; ++k) {
    if (k + kAhead < end) __builtin_prefetch(&hashes_[positions_[k + kAhead]]);
    const int bits = distance(query, hashes_[positions_[k]]);
    if (bits <= max_distance) hits.push_back(uint64_t{positions_[k]} << 32 | static_cast<uint32_t>(bits));
  }
}

void HammingIndex::search(const Hash256& query, int max_distance, const std::function<void(uint32_t position, int distance)>& found) const {
  thread_local std::vector<uint64_t> hits;
  hits.clear();
  // By the pigeonhole principle one of the 16 slots has at most max_distance / 16 differing bits.
  const int flips = max_distance / static_cast<int>(kSlots);
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const uint32_t value = slot_value(query, slot);
    follow(slot, value, false, query, max_distance, hits);
    for (int first = 0; flips >= 1 && first < kSlotBits; ++first) {
      const uint32_t once = value ^ (1u << first);
      follow(slot, once, true, query, max_distance, hits);
      for (int second = first + 1; flips >= 2 && second < kSlotBits; ++second) follow(slot, once ^ (1u << second), true, query, max_distance, hits);
    }
  }
  std::sort(hits.begin(), hits.end());
  hits.erase(std::unique(hits.begin(), hits.end()), hits.end());
  // A callback may search too: it gets a vector of its own.
  const std::vector<uint64_t> mine = hits;
  for (const uint64_t hit : mine) found(static_cast<uint32_t>(hit >> 32), static_cast<int>(hit & 0xffffffffu));
}

}  // namespace surefoot::index
