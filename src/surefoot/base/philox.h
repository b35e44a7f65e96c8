#pragma once
// The only source of randomness in surefoot: a counter-based generator. A draw is a pure function of
// (seed, purpose, epoch or step, sample, attempt), so resume is O(1) and nothing depends on who runs what.
// Philox4x32-10: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (SC'11).
#include <array>
#include <cstdint>

namespace surefoot {

/// What a draw is for: each purpose is a stream of its own. Values are stored in no file but decide results: never
/// renumber.
enum class Purpose : uint32_t {
  kInit = 1,         // initialisation: sample = index of the parameter's name hash
  kShuffle = 2,      // order of an epoch
  kAugment = 3,      // crop, flip, ...
  kRedraw = 4,       // the sample that replaces an unreadable one
  kDropout = 5,      // dropout masks: epoch field holds the step
  kDropPath = 6,     // stochastic depth masks: epoch field holds the step
  kSampler = 7,      // weighted draws
  kSplit = 8,        // validation split
  kSynthetic = 9,    // made-up pictures of demo, bench and tests
  kFolds = 10,       // folds of cross-validation
  kSpotCheck = 11,   // the random part of a spot check
  kRansac = 12,      // hypotheses of an alignment
  kCluster = 13,     // first centres of k-means
  kProjection = 14,  // directions on which embeddings are projected
};

/// Ten rounds of Philox4x32.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// One stream of random numbers for one decision; cheap to make, never shared.
class Philox {
 public:
  /// @param time     epoch or step
  /// @param sample   dataset index, position in the batch, or parameter id
  /// @param attempt  0, or the number of the retry
  Philox(uint64_t seed, Purpose purpose, uint64_t time, uint64_t sample, uint32_t attempt = 0);
  uint32_t next_u32();
  uint64_t next_u64();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in [0, bound), without bias (Lemire 2019); bound >= 1.
  uint64_t below(uint64_t bound);
  /// Standard normal (Box-Muller, one value a call).
  double normal();

 private:
  std::array<uint32_t, 4> counter_;  // [block, attempt | purpose, sample, time] mixed in the constructor
  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> block_{};
  int used_ = 4;
};

/// A keyed permutation of [0, size): O(1) memory and O(1) access to any position, so an epoch's order needs no list.
/// A balanced Feistel network over the next even power of two with cycle walking (Black & Rogaway 2002).
class Permutation {
 public:
  Permutation(uint64_t seed, Purpose purpose, uint64_t time, uint64_t size);
  /// @param position in [0, size)
  uint64_t operator[](uint64_t position) const;
  uint64_t size() const { return size_; }

 private:
  uint64_t size_;
  int half_bits_;
  std::array<std::array<uint32_t, 2>, 6> keys_;
};

}  // namespace surefoot
