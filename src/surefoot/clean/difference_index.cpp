#include "surefoot/clean/difference_index.h"

#include <bit>
#include <cstddef>

namespace surefoot::clean {
namespace {

constexpr int kSlots = 4, kSlotBits = 16;
constexpr size_t kBuckets = size_t{1} << kSlotBits;

uint32_t slot_value(uint64_t hash, int slot) {
  return static_cast<uint32_t>(hash >> (slot * kSlotBits) & (kBuckets - 1));
}

}  // namespace

uint64_t mirrored_difference(uint64_t hash) {
  // Within each row of eight signs the order turns round, and so does each sign.
  hash = (hash >> 1 & 0x5555555555555555) | (hash & 0x5555555555555555) << 1;
  hash = (hash >> 2 & 0x3333333333333333) | (hash & 0x3333333333333333) << 2;
  hash = (hash >> 4 & 0x0F0F0F0F0F0F0F0F) | (hash & 0x0F0F0F0F0F0F0F0F) << 4;
  return ~hash;
}

uint64_t upside_down_difference(uint64_t hash) {
  uint64_t turned = 0;
  for (int row = 0; row < 8; ++row) turned |= (hash >> (8 * row) & 0xFF) << (8 * (7 - row));
  return turned;
}

DifferenceIndex::DifferenceIndex(std::span<const uint64_t> hashes, const std::vector<bool>& skip, size_t hub)
    : hashes_(hashes), hub_(hub) {
  starts_.assign(kSlots * kBuckets + 1, 0);
  const auto each = [&](auto&& place) {
    for (int slot = 0; slot < kSlots; ++slot) {
      for (uint32_t i = 0; i < hashes_.size(); ++i) {
        if (skip.empty() || !skip[i]) place(static_cast<size_t>(slot) * kBuckets + slot_value(hashes_[i], slot), i);
      }
    }
  };
  each([&](size_t bucket, uint32_t) { ++starts_[bucket + 1]; });
  for (size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
  positions_.resize(starts_.back());
  std::vector<uint32_t> at(starts_.begin(), starts_.end() - 1);
  each([&](size_t bucket, uint32_t i) { positions_[at[bucket]++] = i; });
}

void DifferenceIndex::search(uint64_t query, std::vector<Near>& found) const {
  // Ten bits over four slots: in one of them at most two differ.
  for (int slot = 0; slot < kSlots; ++slot) {
    const uint32_t value = slot_value(query, slot);
    visit(slot, value, query, found);
    for (int a = 0; a < kSlotBits; ++a) {
      visit(slot, value ^ 1u << a, query, found);
      for (int b = 0; b < a; ++b) visit(slot, value ^ 1u << a ^ 1u << b, query, found);
    }
  }
}

void DifferenceIndex::visit(int slot, uint32_t value, uint64_t query, std::vector<Near>& found) const {
  const size_t bucket = static_cast<size_t>(slot) * kBuckets + value;
  const size_t first = starts_[bucket], last = starts_[bucket + 1];
  if (last - first > hub_) return;
  for (size_t i = first; i < last; ++i) {
    const int distance = std::popcount(hashes_[positions_[i]] ^ query);
    if (distance <= kMostDistance) found.push_back({positions_[i], distance});
  }
}

}  // namespace surefoot::clean
