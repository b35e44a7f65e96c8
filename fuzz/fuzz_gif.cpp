#include "surefoot/image/decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace surefoot::image;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Pixels pixels;
  if (sniff(bytes) != Format::kGif || !decode(bytes, {.max_pixels = 1u << 20}, pixels).ok()) return 0;
  const Rect part{pixels.width / 3, pixels.height / 3, (pixels.width + 2) / 3, (pixels.height + 2) / 3};
  decode(bytes, {.max_pixels = 1u << 20, .crop = part}, pixels);
  return 0;
}
