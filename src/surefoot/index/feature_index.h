#pragma once
// Which pictures share local features: an inverted index over short keys of the descriptors, kept sub-quadratic by
// dropping keys that too many pictures share (watermark-only features, templates).
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "surefoot/index/local_features.h"

namespace surefoot::index {

struct FeatureVotes {
  uint32_t picture = 0;
  int votes = 0;  // features of the query that have a near descriptor there
};

/// Memory: 6 bytes a feature (576 a picture of 96 features; twice that while it is built) and 16 MB; the descriptors
/// stay with the caller.
class FeatureIndex {
 public:
  /// @param hub_share  keys in more than this share of the pictures (and in more than 50) are dropped
  explicit FeatureIndex(double hub_share = 0.001);
  ~FeatureIndex();
  /// Pictures are numbered in the order of adding, from 0.
  void add(std::span<const LocalFeature> features);
  /// After the last `add`, before the first `nominate`.
  void build();
  /// The `limit` pictures with the most votes (votes for rare keys weigh more), most first, without `self`; mirrored
  /// pictures vote too. Thread-safe.
  std::vector<FeatureVotes> nominate(std::span<const LocalFeature> features, uint32_t self, int limit = 8) const;

 private:
  struct Postings;
  std::unique_ptr<Postings> postings_;
};

}  // namespace surefoot::index
