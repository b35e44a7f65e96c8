#pragma once
// What decode.cpp asks of each format's file. A decoder sees stored coordinates only; turning by EXIF is done by its
// caller.
#include <string>
#include <string_view>

#include "surefoot/image/examine.h"

namespace surefoot::image {

/// What to decode: `rect` lies inside the stored picture at 1/scale_denominator.
struct Part {
  Rect rect;
  int scale_denominator = 1;
  /// Not null: the whole picture is asked for, damage is no reason to stop, and what there is of both is told.
  Damage* damage = nullptr;
};
/// Grey, before anything is decoded of a damaged picture: what stays of it was lost.
void prepare_for_damage(const Part& part, Pixels& pixels);

/// One format. `header` fills stored, orientation and frames without pixel memory; `decode` fills `pixels` with the
/// part. Sizes are checked by the caller between the two. Both are thread-safe.
struct Decoder {
  Format format;
  Outcome (*header)(std::string_view bytes, Header& header);
  Outcome (*decode)(std::string_view bytes, const Header& header, const Part& part, Pixels& pixels);
};
/// Null where there is none.
const Decoder* find_decoder(Format format);
extern const Decoder kJpegDecoder, kPngDecoder, kWebpDecoder, kBmpDecoder, kGifDecoder, kTiffDecoder;

inline Outcome truncated(std::string detail) { return {DecodeStatus::kTruncated, std::move(detail)}; }
inline Outcome corrupt(std::string detail) { return {DecodeStatus::kCorrupt, std::move(detail)}; }
inline Outcome unsupported(std::string detail) { return {DecodeStatus::kUnsupported, std::move(detail)}; }

/// Composes one channel over white, rounded: (value * alpha + 255 * (255 - alpha)) / 255.
inline uint8_t over_white(unsigned value, unsigned alpha) {
  const unsigned sum = value * alpha + 255 * (255 - alpha) + 128;
  return static_cast<uint8_t>(((sum >> 8) + sum) >> 8);
}
/// `count` RGBA pixels (straight alpha) to RGB over white.
void rgba_to_rgb(const uint8_t* rgba, uint8_t* rgb, int count);
/// `count` CMYK pixels (0 = no ink) to RGB, with Pillow's formula.
void cmyk_to_rgb(const uint8_t* cmyk, uint8_t* rgb, int count, bool inverted);

/// Reads little- and big-endian numbers out of untrusted bytes; `ok` turns false where they end.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes, bool big_endian = false) : bytes_(bytes), big_(big_endian) {}
  uint32_t u8(size_t at) { return number(at, 1); }
  uint32_t u16(size_t at) { return number(at, 2); }
  uint32_t u32(size_t at) { return number(at, 4); }
  bool ok() const { return ok_; }

 private:
  uint32_t number(size_t at, size_t width);
  std::string_view bytes_;
  bool big_, ok_ = true;
};

}  // namespace surefoot::image
