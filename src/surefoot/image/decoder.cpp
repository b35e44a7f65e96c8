#include "surefoot/image/decoder.h"

#include <algorithm>

namespace surefoot::image {

const Decoder* find_decoder(Format format) {
  for (const Decoder* decoder :
       {&kJpegDecoder, &kPngDecoder, &kWebpDecoder, &kBmpDecoder, &kGifDecoder, &kTiffDecoder}) {
    if (decoder->format == format) return decoder;
  }
  return nullptr;
}

void prepare_for_damage(const Part& part, Pixels& pixels) {
  if (!part.damage) return;
  part.damage->has_pixels = true;
  std::fill(pixels.rgb.begin(), pixels.rgb.end(), uint8_t{128});
}

void rgba_to_rgb(const uint8_t* rgba, uint8_t* rgb, int count) {
  for (int i = 0; i < count; ++i, rgba += 4, rgb += 3) {
    for (int c = 0; c < 3; ++c) rgb[c] = over_white(rgba[c], rgba[3]);
  }
}

void cmyk_to_rgb(const uint8_t* cmyk, uint8_t* rgb, int count, bool inverted) {
  const unsigned flip = inverted ? 255 : 0;
  for (int i = 0; i < count; ++i, cmyk += 4, rgb += 3) {
    const unsigned light = 255 - (cmyk[3] ^ flip);
    for (int c = 0; c < 3; ++c) {
      const unsigned product = (cmyk[c] ^ flip) * light + 128;
      rgb[c] = static_cast<uint8_t>(light - (((product >> 8) + product) >> 8));
    }
  }
}

uint32_t Bytes::number(size_t at, size_t width) {
  if (at > bytes_.size() || bytes_.size() - at < width) {
    ok_ = false;
    return 0;
  }
  uint32_t value = 0;
  for (size_t i = 0; i < width; ++i) {
    const auto byte = static_cast<uint8_t>(bytes_[at + (big_ ? i : width - 1 - i)]);
    value = value << 8 | byte;
  }
  return value;
}

}  // namespace surefoot::image
