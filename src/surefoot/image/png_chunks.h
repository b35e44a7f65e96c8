#pragma once
// A walk over the chunks of a PNG file, for what libpng would only tell after reading pixels.
#include <string_view>

#include "surefoot/image/decode.h"

namespace surefoot::image {

/// Size, orientation (eXIf, ImageMagick's "Raw profile type exif", XMP) and frames (acTL) of a PNG file, without
/// decoding.
Outcome png_header(std::string_view bytes, Header& header);

/// The first `limit` bytes at most of a zlib stream; shorter where it is damaged.
std::string inflate(std::string_view compressed, size_t limit);

}  // namespace surefoot::image
