#include <cstdlib>

#include "surefoot/image/decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace surefoot::image;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Pixels pixels;
  if (sniff(bytes) != Format::kJpeg) return 0;
  Header header;
  Damage damage;
  const bool whole = examine(bytes, {.max_pixels = 1u << 20}, pixels, header, damage).ok();
  if (damage.lost_share < 0 || damage.lost_share > 1 || damage.trailing_bytes > size) std::abort();
  const bool decoded = decode(bytes, {.max_pixels = 1u << 20}, pixels).ok();
  if (whole && !decoded) std::abort();
  if (!decoded) return 0;
  const Rect part{pixels.width / 3, pixels.height / 3, (pixels.width + 2) / 3, (pixels.height + 2) / 3};
  decode(bytes, {.max_pixels = 1u << 20, .crop = part}, pixels);
  return 0;
}
