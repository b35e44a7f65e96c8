#pragma once
// Where a picture's own stream ends inside its file, by a walk over chunks and blocks.
#include <cstddef>
#include <string_view>

#include "surefoot/image/decode.h"

namespace surefoot::image {

struct StreamEnd {
  size_t at = 0;      // bytes of the file that belong to the picture; the file's size where that cannot be told
  bool ended = true;  // false: the end mark is missing
  int frames = 1;
  bool has_exif = false;
};

/// PNG to IEND, GIF to its trailer, WebP by the RIFF length, BMP by the length it says. JPEG and TIFF cannot be told
/// without decoding: only `has_exif` is set for a JPEG.
StreamEnd find_stream_end(std::string_view bytes, Format format);

}  // namespace surefoot::image
