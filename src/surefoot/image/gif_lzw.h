#pragma once
// The sub-blocks of GIF and the LZW codes in them (GIF89a specification, section 15 and appendix F).
#include <cstdint>
#include <span>
#include <string_view>

#include "surefoot/image/decoder.h"

namespace surefoot::image {

/// Moves `at` from the first of a chain of sub-blocks behind the empty one that ends it; false where the file ends.
bool skip_blocks(Bytes& bytes, size_t& at);

enum class LzwEnd {
  kFull,       // as many pixels as asked for
  kEndCode,    // the stream said that it is over, pixels are missing
  kDataEnded,  // the blocks ran out
  kBadCode,    // a code that cannot be
};

/// Decodes the sub-blocks that begin at `file[at]` (behind the code size byte) into palette indices.
/// @param code_size  2..8   @param at  moved behind what was read   @param done  how many indices are there, in any
/// case
LzwEnd decode_lzw(std::string_view file, size_t& at, int code_size, std::span<uint8_t> indices, size_t& done);

}  // namespace surefoot::image
