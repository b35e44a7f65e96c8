#pragma once
// The LZW codes of GIF (GIF89a specification, appendix F).
#include <cstdint>
#include <span>
#include <string_view>

namespace surefoot::image {

enum class LzwEnd {
  kFull,       // as many pixels as asked for
  kEndCode,    // the stream said that it is over, pixels are missing
  kDataEnded,  // the blocks ran out
  kBadCode,    // a code that cannot be
};

/// Decodes the sub-blocks that begin at `file[at]` (behind the code size byte) into palette indices.
/// @param code_size  2..8   @param at  moved behind what was read   @param done  how many indices are there, in any case
LzwEnd decode_lzw(std::string_view file, size_t& at, int code_size, std::span<uint8_t> indices, size_t& done);

}  // namespace surefoot::image
