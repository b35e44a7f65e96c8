#pragma once
// Short keys of binary descriptors, equal or nearly so for the same corner.
#include <array>
#include <cstdint>

#include "surefoot/index/perceptual_hash.h"

namespace surefoot::index {

/// Bits of the descriptor that make the key (locality-sensitive hashing by bit sampling, Indyk & Motwani 1998) and the
/// signature that stays with each entry (Hamming embedding, Jegou, Douze & Schmid 2008). They were picked one by one on
/// photographs and edits of them: stable, near 1/2 in the mean, and with the least correlation to those picked before;
/// drawn at random they collide seven times as often by chance.
constexpr std::array<uint8_t, 22> kKeyBits = {171, 88,  112, 138, 42, 154, 244, 228, 120, 166, 150,
                                              245, 226, 79,  247, 51, 94,  183, 95,  9,   216, 13};
constexpr std::array<uint8_t, 16> kSignatureBits = {24,  132, 248, 50,  242, 155, 229, 12,
                                                    186, 217, 35,  227, 54,  96,  211, 235};

/// The chosen bits, the first one highest.
template <size_t N>
uint32_t pick(const Hash256& descriptor, const std::array<uint8_t, N>& bits) {
  uint32_t picked = 0;
  for (const uint8_t bit : bits)
    picked = picked << 1 | static_cast<uint32_t>(descriptor.words[bit / 64] >> bit % 64 & 1);
  return picked;
}

}  // namespace surefoot::index
