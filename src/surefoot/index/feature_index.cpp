#include "surefoot/index/feature_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "surefoot/index/descriptor_key.h"

namespace surefoot::index {
namespace {

constexpr size_t kBuckets = size_t{1} << 22;
constexpr size_t kFewPictures = 50;    // a key in no more pictures than these is never a hub
constexpr int kSignatureDistance = 2;  // most bits by which signatures of the same corner differ

/// A feature of a picture, in the bucket of its key.
struct Entries {
  std::vector<uint32_t> pictures;
  std::vector<uint16_t> signatures;
  void resize(size_t size) { pictures.resize(size), signatures.resize(size); }
};

/// Votes of one query; all zero between queries, so only what was touched is cleared.
struct Counter {
  uint32_t weight = 0;
  uint16_t votes = 0, last = 0;  // `last`: 1 + the query's feature that voted last
};

}  // namespace

struct FeatureIndex::Postings {
  double hub_share = 0;
  uint32_t pictures = 0;
  std::vector<uint32_t> keys;    // per feature, until built
  std::vector<uint32_t> starts;  // [kBuckets + 1]
  Entries entries;               // per feature, until built; then by bucket, pictures ascending within it

  void sort_into_buckets();
  void drop_hubs();
};

/// Counting sort by key; leaves the ends of the buckets in `starts`.
void FeatureIndex::Postings::sort_into_buckets() {
  starts.assign(kBuckets + 1, 0);
  for (const uint32_t key : keys) ++starts[key + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  Entries sorted;
  sorted.resize(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const uint32_t at = starts[keys[i]]++;
    sorted.pictures[at] = entries.pictures[i];
    sorted.signatures[at] = entries.signatures[i];
  }
  entries = std::move(sorted);
  keys = {};
}

/// Turns ends into starts, without the buckets that too many pictures share.
void FeatureIndex::Postings::drop_hubs() {
  const auto most = static_cast<size_t>(std::max(static_cast<double>(kFewPictures), hub_share * pictures));
  uint32_t from = 0, kept = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    const uint32_t end = starts[bucket];
    size_t distinct = 0;
    for (uint32_t i = from; i < end; ++i) distinct += i == from || entries.pictures[i] != entries.pictures[i - 1];
    starts[bucket] = kept;
    for (uint32_t i = from; i < end && distinct <= most; ++i, ++kept) {
      entries.pictures[kept] = entries.pictures[i];
      entries.signatures[kept] = entries.signatures[i];
    }
    from = end;
  }
  starts[kBuckets] = kept;
  entries.resize(kept);
}

FeatureIndex::FeatureIndex(double hub_share) : postings_(std::make_unique<Postings>()) {
  postings_->hub_share = hub_share;
}
FeatureIndex::~FeatureIndex() = default;

void FeatureIndex::add(std::span<const LocalFeature> features) {
  for (const LocalFeature& feature : features) {
    postings_->keys.push_back(pick(feature.descriptor, kKeyBits));
    postings_->entries.pictures.push_back(postings_->pictures);
    postings_->entries.signatures.push_back(static_cast<uint16_t>(pick(feature.descriptor, kSignatureBits)));
  }
  ++postings_->pictures;
}

void FeatureIndex::build() {
  postings_->sort_into_buckets();
  postings_->drop_hubs();
}

std::vector<FeatureVotes> FeatureIndex::nominate(std::span<const LocalFeature> features,
                                                 uint32_t self,
                                                 int limit) const {
  thread_local std::vector<Counter> counters;
  const Postings& index = *postings_;
  if (counters.size() < index.pictures) counters.resize(index.pictures);
  std::vector<uint32_t> touched;
  uint16_t feature_number = 0;
  const auto vote = [&](const Hash256& descriptor) {
    const uint32_t key = pick(descriptor, kKeyBits), signature = pick(descriptor, kSignatureBits);
    for (int probe = -1; probe < static_cast<int>(kKeyBits.size());
         ++probe) {  // the key itself, then each with one bit flipped
      const uint32_t bucket = probe < 0 ? key : key ^ 1u << probe;
      const uint32_t first = index.starts[bucket], end = index.starts[bucket + 1];
      // A rare key says more: weight log2(pictures / pictures with it).
      const auto weight = static_cast<uint32_t>(std::bit_width(index.pictures / std::max(1u, end - first)));
      for (uint32_t i = first; i < end; ++i) {
        if (std::popcount(index.entries.signatures[i] ^ signature) > kSignatureDistance) continue;
        Counter& counter = counters[index.entries.pictures[i]];
        if (counter.last == feature_number) continue;
        if (counter.votes == 0) touched.push_back(index.entries.pictures[i]);
        counter = {counter.weight + weight, static_cast<uint16_t>(counter.votes + 1), feature_number};
      }
    }
  };
  for (const LocalFeature& feature : features) {
    ++feature_number;  // one vote for a picture, whichever way round
    vote(feature.descriptor);
    vote(mirrored(feature, 0).descriptor);
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
  const auto better = [](const Ranked& a, const Ranked& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.picture < b.picture;
  };
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(most), ranked.end(), better);
  std::vector<FeatureVotes> best;
  for (size_t i = 0; i < most; ++i) best.push_back({ranked[i].picture, ranked[i].votes});
  return best;
}

}  // namespace surefoot::index
