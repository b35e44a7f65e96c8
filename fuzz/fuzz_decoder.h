#pragma once
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "surefoot/image/decoder.h"

namespace surefoot::image {

/// What holds for any bytes that begin like `format`: damage is a share of what is there, what is examined whole can be
/// decoded, and a part of it too. Aborts where it does not.
inline void fuzz_decoder(Format format, const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (sniff(bytes) != format) return;
  Pixels pixels;
  Header header;
  Damage damage;
  const bool whole = examine(bytes, {.max_pixels = 1u << 20}, pixels, header, damage).ok();
  if (damage.lost_share < 0 || damage.lost_share > 1 || damage.trailing_bytes > size) std::abort();
  const bool decoded = decode(bytes, {.max_pixels = 1u << 20}, pixels).ok();
  if (whole && !decoded) std::abort();
  if (!decoded) return;
  const Rect part{pixels.width / 3, pixels.height / 3, (pixels.width + 2) / 3, (pixels.height + 2) / 3};
  decode(bytes, {.max_pixels = 1u << 20, .crop = part}, pixels);
}

}  // namespace surefoot::image
