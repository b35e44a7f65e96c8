#include "surefoot/base/philox.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace surefoot {
namespace {

using Words = std::array<uint32_t, 4>;

// The known-answer vectors that the authors ship with Random123 (kat_vectors, philox4x32 10).
TEST(Philox, GivesTheAuthorsKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// A change of the stream changes every model that was ever trained: these numbers may never move.
TEST(Philox, StreamIsFrozen) {
  Philox stream(42, Purpose::kShuffle, 7, 1234567890123, 2);
  const std::array<uint32_t, 6> now = {stream.next_u32(), stream.next_u32(), stream.next_u32(),
                                       stream.next_u32(), stream.next_u32(), stream.next_u32()};
  EXPECT_EQ(now, (std::array<uint32_t, 6>{0x5d64f6b4, 0x52645703, 0xd7e38cd0, 0x484d9769, 0x01736577, 0x1f33d41b}));
}

TEST(Philox, EveryArgumentSelectsAStreamOfItsOwn) {
  const auto first = [](uint64_t seed, Purpose purpose, uint64_t time, uint64_t sample, uint32_t attempt) {
    return Philox(seed, purpose, time, sample, attempt).next_u64();
  };
  std::set<uint64_t> values = {first(0, Purpose::kInit, 0, 0, 0)};
  size_t streams = 1;
  for (const uint64_t n : {uint64_t{1}, uint64_t{2}, uint64_t{1} << 32, uint64_t{1} << 63}) {
    values.insert(first(n, Purpose::kInit, 0, 0, 0));
    values.insert(first(0, Purpose::kInit, n, 0, 0));
    values.insert(first(0, Purpose::kInit, 0, n, 0));
    streams += 3;
  }
  values.insert(first(0, Purpose::kShuffle, 0, 0, 0));
  values.insert(first(0, Purpose::kInit, 0, 0, 1));
  EXPECT_EQ(values.size(), streams + 2);
}

TEST(Philox, UniformFillsItsIntervalEvenly) {
  constexpr int kBins = 64, kDraws = 256 * kBins;
  std::vector<int> count(kBins);
  for (uint64_t sample = 0; sample < kDraws; ++sample) {  // one draw a stream: what training does
    const double u = Philox(1, Purpose::kAugment, 3, sample).uniform();
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    ++count[static_cast<size_t>(u * kBins)];
  }
  double chi2 = 0;
  for (const int n : count) chi2 += (n - 256.0) * (n - 256.0) / 256.0;
  EXPECT_LT(chi2, 120);  // 63 degrees of freedom: p < 1e-5 above
  EXPECT_GT(chi2, 25);
}

TEST(Philox, BelowReachesEveryValueAndNothingElse) {
  Philox stream(5, Purpose::kSampler, 0, 0);
  for (const uint64_t bound :
       {uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{10}, (uint64_t{1} << 63) + 1, ~uint64_t{0}}) {
    std::set<uint64_t> seen;
    for (int i = 0; i < 200; ++i) {
      const uint64_t value = stream.below(bound);
      ASSERT_LT(value, bound);
      seen.insert(value);
    }
    EXPECT_EQ(seen.size(), std::min<uint64_t>(bound, bound <= 10 ? bound : 200)) << bound;
  }
}

TEST(Philox, NormalHasMeanZeroAndVarianceOne) {
  Philox stream(6, Purpose::kInit, 0, 0);
  constexpr int kDraws = 100'000;
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = stream.normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x, squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.016);  // five standard errors
  EXPECT_NEAR(squares / kDraws, 1, 0.023);
}

TEST(Permutation, IsABijectionForEverySize) {
  std::vector<uint64_t> sizes = {1000, 4095, 4096, 4097, 65537};
  for (uint64_t size = 1; size <= 70; ++size) sizes.push_back(size);
  for (const uint64_t size : sizes) {
    const Permutation permutation(9, Purpose::kShuffle, 4, size);
    std::vector<bool> seen(size);
    for (uint64_t i = 0; i < size; ++i) {
      const uint64_t image = permutation[i];
      ASSERT_LT(image, size);
      ASSERT_FALSE(seen[image]) << size;
      seen[image] = true;
    }
  }
}

TEST(Permutation, DiffersBetweenEpochsAndPutsEachSampleAnywhere) {
  constexpr uint64_t kSize = 10;
  constexpr int kEpochs = 4000;
  std::vector<std::vector<int>> where(kSize, std::vector<int>(kSize));
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    const Permutation permutation(11, Purpose::kShuffle, static_cast<uint64_t>(epoch), kSize);
    for (uint64_t i = 0; i < kSize; ++i) ++where[i][permutation[i]];
  }
  for (const auto& row : where) {
    for (const int n : row) EXPECT_NEAR(n, kEpochs / 10.0, 95);  // five standard deviations
  }
}

TEST(Permutation, WorksAtSizesBeyondThirtyTwoBits) {
  const uint64_t size = (uint64_t{1} << 40) + 3;
  const Permutation permutation(1, Purpose::kShuffle, 0, size);
  std::set<uint64_t> seen;
  for (uint64_t i = 0; i < 1000; ++i) {
    EXPECT_LT(permutation[size - 1 - i], size);
    seen.insert(permutation[size - 1 - i]);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

}  // namespace
}  // namespace surefoot
