#pragma once
// Hashes that change little when a picture is re-encoded, resized, marked or brightened.
#include <array>
#include <bit>
#include <cstdint>

#include "surefoot/index/gray.h"

namespace surefoot::index {

struct Hash256 {
  std::array<uint64_t, 4> words{};
  bool operator==(const Hash256&) const = default;
};
/// Hamming distance, 0..256. Sums the four words side by side: without a CPU's own instruction std::popcount is a call
/// for each of them.
inline int distance(const Hash256& a, const Hash256& b) {
#ifdef __POPCNT__
  int bits = 0;
  for (int i = 0; i < 4; ++i) bits += std::popcount(a.words[i] ^ b.words[i]);
  return bits;
#else
  std::array<uint64_t, 4> sums{};  // of each four bits
  for (size_t i = 0; i < 4; ++i) {
    uint64_t x = a.words[i] ^ b.words[i];
    x -= x >> 1 & 0x5555555555555555;
    sums[i] = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
  }
  const uint64_t low = sums[0] + sums[1], high = sums[2] + sums[3];
  const uint64_t bytes = (low & 0x0F0F0F0F0F0F0F0F) + (low >> 4 & 0x0F0F0F0F0F0F0F0F) + (high & 0x0F0F0F0F0F0F0F0F) +
                         (high >> 4 & 0x0F0F0F0F0F0F0F0F);
  const uint64_t pairs = (bytes & 0x00FF00FF00FF00FF) + (bytes >> 8 & 0x00FF00FF00FF00FF);
  return static_cast<int>(pairs * 0x0001000100010001 >> 48);
#endif
}

/// The eight ways to put a picture: index = 4 * mirrored + quarter turns counter-clockwise; the mirror (left-right)
/// comes first.
constexpr int kDihedral = 8;

struct PerceptualHashes {
  /// PDQ of the picture in each of the eight positions; pdq[0] is the picture as it is.
  /// Source: Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019.
  std::array<Hash256, kDihedral> pdq{};
  int pdq_quality = 0;  // 0..100, sum of quantised gradients; below 50 a hash says little
  /// Difference hash: 8 x 8 signs of horizontal differences of a 9 x 8 reduction (Krawetz 2013).
  uint64_t difference = 0;
};

/// Thread-safe. Any size from 1 x 1 on.
PerceptualHashes perceptual_hashes(const Gray& gray);

}  // namespace surefoot::index
