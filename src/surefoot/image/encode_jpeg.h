#pragma once
// RGB pixels to JPEG bytes: thumbnails.
#include <string>

#include "surefoot/image/pixels.h"

namespace surefoot::image {

/// Baseline JPEG, 4:2:0, made from the pixels alone: no EXIF, no comment. Empty for an empty picture or one above
/// JPEG's 65,500 px a side.
/// @param quality  1..100, libjpeg's   @param optimize  own Huffman tables: smaller, a second pass
/// Thread-safe; std::bad_alloc where memory ends.
std::string encode_jpeg(const Pixels& pixels, int quality, bool optimize = true);

}  // namespace surefoot::image
