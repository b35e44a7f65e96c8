#pragma once
// Which quality setting a JPEG was saved with, from its quantisation tables.
#include <cstdio>

#include <jpeglib.h>

namespace surefoot::image {

/// 1..100: the quality at which libjpeg's own tables (ITU T.81, annex K, scaled) are nearest to those in use, by the
/// sum of absolute differences over luma and chroma; the higher one where two are equally near. 0 before a header was
/// read. Thread-safe.
int jpeg_quality(const jpeg_decompress_struct& info);

}  // namespace surefoot::image
