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
/// Hamming distance, 0..256.
inline int distance(const Hash256& a, const Hash256& b) {
  int bits = 0;
  for (int i = 0; i < 4; ++i) bits += std::popcount(a.words[i] ^ b.words[i]);
  return bits;
}

/// The eight ways to put a picture: index = 4 * mirrored + quarter turns counter-clockwise; the mirror (left-right) comes first.
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
