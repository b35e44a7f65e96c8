#include "surefoot/index/feature_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "surefoot/base/philox.h"

namespace surefoot::index {
namespace {

constexpr size_t kTables = 2;
constexpr int kKeyBits = 22;
constexpr size_t kBuckets = size_t{1} << kKeyBits;
constexpr size_t kFewPictures = 50;  // a key in no more pictures than these is never a hub

/// The bits of a descriptor that make the key of a table: drawn once, no bit in two tables (locality-sensitive hashing by bit sampling,
/// Indyk & Motwani 1998).
using KeyBits = std::array<std::array<uint8_t, kKeyBits>, kTables>;
KeyBits draw_key_bits() {
  const Permutation order(0, Purpose::kSynthetic, 1, 256);
  KeyBits bits{};
  uint64_t at = 0;
  for (auto& table : bits) {
    for (auto& bit : table) bit = static_cast<uint8_t>(order[at++]);
  }
  return bits;
}

uint32_t key_of(const Hash256& descriptor, size_t table) {
  static const KeyBits bits = draw_key_bits();
  uint32_t key = 0;
  for (const uint8_t bit : bits[table]) key = key << 1 | static_cast<uint32_t>(descriptor.words[bit / 64] >> bit % 64 & 1);
  return key;
}

/// Votes of one query; all zero between queries, so only what was touched is cleared.
struct Counter {
  uint32_t weight = 0;
  uint16_t votes = 0, last = 0;  // `last`: 1 + the query's feature that voted last
};

}  // namespace

struct FeatureIndex::Postings {
  double hub_share = 0;
  uint32_t pictures = 0;
  std::vector<uint32_t> owners;                           // per feature, until built
  std::array<std::vector<uint32_t>, kTables> keys;        // per feature, until built
  std::array<std::vector<uint32_t>, kTables> starts;      // [kBuckets + 1]
  std::array<std::vector<uint32_t>, kTables> in_buckets;  // pictures, ascending within a bucket, each once

  void build_table(size_t table);
};

void FeatureIndex::Postings::build_table(size_t table) {
  auto& start = starts[table];
  auto& bucketed = in_buckets[table];
  start.assign(kBuckets + 1, 0);
  bucketed.resize(owners.size());
  for (const uint32_t key : keys[table]) ++start[key + 1];
  std::partial_sum(start.begin(), start.end(), start.begin());
  for (size_t i = 0; i < owners.size(); ++i) bucketed[start[keys[table][i]]++] = owners[i];
  keys[table] = {};
  // `start` now holds ends; buckets are rewritten in place without repeats and without hubs.
  const auto most = std::max(static_cast<double>(kFewPictures), hub_share * pictures);
  uint32_t from = 0, kept = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    const uint32_t end = start[bucket], first = kept;
    start[bucket] = first;
    for (; from < end; ++from) {
      if (kept == first || bucketed[kept - 1] != bucketed[from]) bucketed[kept++] = bucketed[from];
    }
    if (kept - first > most) kept = first;
  }
  start[kBuckets] = kept;
  bucketed.resize(kept);
  bucketed.shrink_to_fit();
}

FeatureIndex::FeatureIndex(double hub_share) : postings_(std::make_unique<Postings>()) { postings_->hub_share = hub_share; }
FeatureIndex::~FeatureIndex() = default;

void FeatureIndex::add(std::span<const LocalFeature> features) {
  for (const LocalFeature& feature : features) {
    postings_->owners.push_back(postings_->pictures);
    for (size_t table = 0; table < kTables; ++table) postings_->keys[table].push_back(key_of(feature.descriptor, table));
  }
  ++postings_->pictures;
}

void FeatureIndex::build() {
  for (size_t table = 0; table < kTables; ++table) postings_->build_table(table);
  postings_->owners = {};
}

std::vector<FeatureVotes> FeatureIndex::nominate(std::span<const LocalFeature> features, uint32_t self, int limit) const {
  thread_local std::vector<Counter> counters;
  const Postings& index = *postings_;
  if (counters.size() < index.pictures) counters.resize(index.pictures);
  std::vector<uint32_t> touched;
  uint16_t feature_number = 0;
  for (const LocalFeature& feature : features) {
    ++feature_number;
    for (size_t table = 0; table < kTables; ++table) {
      const uint32_t key = key_of(feature.descriptor, table);
      for (int probe = -1; probe < kKeyBits; ++probe) {  // the key itself, then each with one bit flipped
        const uint32_t bucket = probe < 0 ? key : key ^ 1u << probe;
        const uint32_t first = index.starts[table][bucket], end = index.starts[table][bucket + 1];
        // A rare key says more: weight log2(pictures / pictures with it).
        const auto weight = static_cast<uint32_t>(std::bit_width(index.pictures / std::max(1u, end - first)));
        for (uint32_t i = first; i < end; ++i) {
          Counter& counter = counters[index.in_buckets[table][i]];
          if (counter.last == feature_number) continue;
          if (counter.votes == 0) touched.push_back(index.in_buckets[table][i]);
          counter = {counter.weight + weight, static_cast<uint16_t>(counter.votes + 1), feature_number};
        }
      }
    }
  }
  struct Ranked {
    uint32_t weight, picture;
    int votes;
  };
  std::vector<Ranked> ranked;
  for (const uint32_t picture : touched) {
    if (picture != self) ranked.push_back({counters[picture].weight, picture, counters[picture].votes});
    counters[picture] = {};
  }
  const size_t most = std::min(ranked.size(), static_cast<size_t>(std::max(0, limit)));
  const auto better = [](const Ranked& a, const Ranked& b) { return a.weight != b.weight ? a.weight > b.weight : a.picture < b.picture; };
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(most), ranked.end(), better);
  std::vector<FeatureVotes> best;
  for (size_t i = 0; i < most; ++i) best.push_back({ranked[i].picture, ranked[i].votes});
  return best;
}

}  // namespace surefoot::index
