#pragma once
// A full decode that does not stop at damage: what is wrong with the file, by how much, and what can still be seen of
// it.
#include <cstdint>
#include <string_view>

#include "surefoot/image/decode.h"

namespace surefoot::image {

struct Damage {
  uint32_t warnings = 0;  // of the decoder
  double lost_share =
      0;  // share of the picture's rows (of its coefficients where it is progressive) that are not there, 0..1
  uint64_t trailing_bytes =
      0;  // behind the end of the picture's stream; pictures that the file announces itself (MPO) do not count
  int jpeg_quality = 0;  // 1..100: libjpeg's quality whose tables are nearest; 0: not a JPEG
  bool has_exif = false;
  bool has_pixels = false;  // `pixels` holds what could be decoded, the rest is grey
};

/// As read_header and decode of the whole picture, to the same outcome or a stricter one: a JPEG without its end marker
/// is truncated too. `header` is filled as far as it can be read. Slower than decode by a walk over the file's chunks.
/// Thread-safe. `options.crop` and `options.scale_denominator` are not used.
Outcome examine(std::string_view bytes, const DecodeOptions& options, Pixels& pixels, Header& header, Damage& damage);

}  // namespace surefoot::image
