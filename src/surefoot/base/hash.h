#pragma once
// Checksums of files and fingerprints of data: XXH3 (fast, not against an adversary).
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace surefoot {

uint64_t hash64(std::string_view bytes, uint64_t seed = 0);

/// XXH3-128 over pieces; `hex` gives 32 lower-case digits.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  void add(std::string_view bytes);
  void add(std::span<const std::byte> bytes);
  /// A length-prefixed piece, so that ("ab","c") differs from ("a","bc").
  void add_field(std::string_view bytes);
  void add_number(uint64_t value);
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace surefoot
