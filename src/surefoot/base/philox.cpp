#include "surefoot/base/philox.h"

#include <cmath>
#include <numbers>

#include "surefoot/base/error.h"

namespace surefoot {

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  // Multipliers and Weyl constants from the paper.
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53u} * counter[0], b = uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

Philox::Philox(uint64_t seed, Purpose purpose, uint64_t time, uint64_t sample, uint32_t attempt) {
  // 64-bit seed, time and sample, 32-bit purpose and attempt do not fit one 128+64-bit input beside a block counter:
  // a first application derives the key of the stream.
  const auto lo = [](uint64_t v) { return static_cast<uint32_t>(v); };
  const auto hi = [](uint64_t v) { return static_cast<uint32_t>(v >> 32); };
  const auto key = philox4x32({lo(time), hi(time), static_cast<uint32_t>(purpose), attempt}, {lo(seed), hi(seed)});
  key_ = {key[0], key[1]};
  counter_ = {0, lo(sample), hi(sample), key[2]};
}

uint32_t Philox::next_u32() {
  if (used_ == 4) {
    block_ = philox4x32(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }
  return block_[static_cast<size_t>(used_++)];
}

uint64_t Philox::next_u64() {
  const uint64_t low = next_u32();
  return low | uint64_t{next_u32()} << 32;
}

double Philox::uniform() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }

uint64_t Philox::below(uint64_t bound) {
  SUREFOOT_CHECK(bound > 0, "bound 0");
  uint64_t x = next_u64();
  auto product = static_cast<unsigned __int128>(x) * bound;
  if (static_cast<uint64_t>(product) < bound) {
    const uint64_t threshold = (0 - bound) % bound;
    while (static_cast<uint64_t>(product) < threshold) {
      x = next_u64();
      product = static_cast<unsigned __int128>(x) * bound;
    }
  }
  return static_cast<uint64_t>(product >> 64);
}

double Philox::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

Permutation::Permutation(uint64_t seed, Purpose purpose, uint64_t time, uint64_t size) : size_(size), half_bits_(1) {
  while (half_bits_ < 32 && (uint64_t{1} << (2 * half_bits_)) < size) ++half_bits_;
  Philox random(seed, purpose, time, size);
  for (auto& key : keys_) key = {random.next_u32(), random.next_u32()};
}

uint64_t Permutation::operator[](uint64_t position) const {
  SUREFOOT_CHECK(position < size_, std::to_string(position) + " of " + std::to_string(size_));
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t value = position;
  do {  // expected below four walks: the domain is at most four times the size
    uint64_t left = value >> half_bits_, right = value & mask;
    for (const auto& key : keys_) {
      uint64_t f = (right ^ key[0]) * 0x9E3779B97F4A7C15u + key[1];
      f ^= f >> 32;
      f *= 0xD6E8FEB86659FD93u;
      f ^= f >> 32;
      const uint64_t next = left ^ (f & mask);
      left = right;
      right = next;
    }
    value = left << half_bits_ | right;
  } while (value >= size_);
  return value;
}

}  // namespace surefoot
