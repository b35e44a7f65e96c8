#include "surefoot/image/gif_lzw.h"

#include <array>

namespace surefoot::image {
namespace {

/// Bits of the sub-blocks, lowest first.
class Codes {
 public:
  Codes(std::string_view file, size_t& at) : file_(file), at_(at) {}
  /// -1 where the data end.
  int next(int width) {
    while (count_ < width) {
      if (left_ == 0 && !next_block()) return -1;
      if (at_ >= file_.size()) return -1;
      bits_ |= static_cast<uint32_t>(static_cast<uint8_t>(file_[at_++])) << count_;
      count_ += 8;
      --left_;
    }
    const int code = static_cast<int>(bits_ & ((1u << width) - 1));
    bits_ >>= width;
    count_ -= width;
    return code;
  }

 private:
  bool next_block() {
    if (at_ >= file_.size()) return false;
    left_ = static_cast<uint8_t>(file_[at_++]);
    return left_ > 0;
  }
  std::string_view file_;
  size_t& at_;
  size_t left_ = 0;
  uint32_t bits_ = 0;
  int count_ = 0;
};

constexpr int kMostCodes = 4096;

/// Strings of the table as (prefix, last byte); a string of length n ends up at out[0..n).
struct Table {
  std::array<uint16_t, kMostCodes> prefix;
  std::array<uint16_t, kMostCodes> length;
  std::array<uint8_t, kMostCodes> last, first;
  int size = 0;

  void reset(int literals) {
    for (int i = 0; i < literals; ++i) {
      const auto at = static_cast<size_t>(i);
      length[at] = 1;
      first[at] = last[at] = static_cast<uint8_t>(i);
    }
    size = literals + 2;  // clear and end
  }
  void add(int previous, uint8_t byte) {
    const auto at = static_cast<size_t>(size++), from = static_cast<size_t>(previous);
    prefix[at] = static_cast<uint16_t>(previous);
    length[at] = static_cast<uint16_t>(length[from] + 1);
    first[at] = first[from];
    last[at] = byte;
  }
  /// Writes the string backwards, leaving out what does not fit; returns its length or what fits.
  size_t write(int code, std::span<uint8_t> out) const {
    auto at = static_cast<size_t>(code);
    const size_t whole = length[at], kept = std::min(whole, out.size());
    for (size_t i = whole; i-- > 0; at = prefix[at]) {
      if (i < kept) out[i] = last[at];
    }
    return kept;
  }
};

}  // namespace

bool skip_blocks(Bytes& bytes, size_t& at) {
  for (;;) {
    const uint32_t length = bytes.u8(at);
    if (!bytes.ok()) return false;
    at += 1 + length;
    if (length == 0) return true;
  }
}

LzwEnd decode_lzw(std::string_view file, size_t& at, int code_size, std::span<uint8_t> indices, size_t& done) {
  Codes codes(file, at);
  Table table;
  const int clear = 1 << code_size, end = clear + 1;
  table.reset(clear);
  int width = code_size + 1, previous = -1;
  done = 0;
  while (done < indices.size()) {
    const int code = codes.next(width);
    if (code < 0) return LzwEnd::kDataEnded;
    if (code == end) return LzwEnd::kEndCode;
    if (code == clear) {
      table.reset(clear);
      width = code_size + 1;
      previous = -1;
      continue;
    }
    if (previous < 0 ? code >= clear : code > table.size || (code == table.size && table.size == kMostCodes))
      return LzwEnd::kBadCode;
    if (previous >= 0 && table.size < kMostCodes) {
      // A code that is just being defined: its string is the previous one and its own first byte.
      const int known = code < table.size ? code : previous;
      table.add(previous, table.first[static_cast<size_t>(known)]);
      if (table.size == 1 << width && width < 12) ++width;
    }
    done += table.write(code, indices.subspan(done));
    previous = code;
  }
  return LzwEnd::kFull;
}

}  // namespace surefoot::image
