#pragma once
// Picture files to RGB pixels. Never throws for a broken picture and never crashes on a hostile one: the outcome is a
// value. Conversions (docs/pictures.md): grey is copied to three channels; palettes are looked up; alpha is composed
// over white; CMYK and YCCK go to RGB as Pillow does; 16 bits keep the high byte; of an animation the first frame
// counts.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "surefoot/image/pixels.h"

namespace surefoot::image {

enum class Format { kUnknown, kJpeg, kPng, kWebp, kBmp, kGif, kTiff, kHeic, kAvif };
const char* format_name(Format format);
/// By magic bytes only.
Format sniff(std::string_view bytes);
/// The format that a file name's extension claims; kUnknown where it claims none.
Format format_of_name(std::string_view path);

enum class DecodeStatus {
  kOk,
  kNotAnImage,   // no known magic bytes
  kUnsupported,  // known but not decodable here (HEIC, AVIF, exotic variants)
  kTruncated,    // the data end too early
  kCorrupt,      // the stream is damaged
  kTooLarge,     // above max_pixels: a decompression bomb
};
const char* status_name(DecodeStatus status);

struct Outcome {
  DecodeStatus status = DecodeStatus::kOk;
  std::string detail;  // for people; empty where ok
  bool ok() const { return status == DecodeStatus::kOk; }
};

struct Header {
  Format format = Format::kUnknown;
  Size stored;          // as in the file
  int orientation = 1;  // EXIF, 1..8
  int frames = 1;       // 1 where not cheap to know
  /// Size after turning by the EXIF tag.
  Size oriented() const { return orientation >= 5 ? Size{stored.height, stored.width} : stored; }
};

struct DecodeOptions {
  bool exif_orientation = true;
  uint64_t max_pixels = 178956970;
  /// A truncated or damaged stream is an outcome other than kOk even where a decoder could fill the rest with grey.
  /// Part of the picture in oriented coordinates; only this part is returned (decoded partially where the format
  /// allows). The pixels are exactly those of the full decode, cropped.
  std::optional<Rect> crop;
  /// JPEG only: 1, 2, 4 or 8: the stored picture is decoded at 1/n (sizes rounded up). The crop is then in scaled
  /// coordinates.
  int scale_denominator = 1;
};

/// Reads size and orientation without decoding pixels.
Outcome read_header(std::string_view bytes, uint64_t max_pixels, Header& header);

/// Decodes into `pixels`. Thread-safe: each thread keeps its own decoder state (thread_local), reused between calls.
/// `truncated`/`corrupt` are reported when the part that had to be read is damaged.
Outcome decode(std::string_view bytes, const DecodeOptions& options, Pixels& pixels);

}  // namespace surefoot::image
