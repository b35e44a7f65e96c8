#pragma once
// Everything that cleaning wants to know of one file's content, measured once, in the sandboxed decoder, and kept by
// content.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surefoot/image/decode.h"
#include "surefoot/index/local_features.h"
#include "surefoot/index/look.h"
#include "surefoot/index/perceptual_hash.h"
#include "surefoot/index/resolution.h"

namespace surefoot::index {

/// Raised whenever a measurement changes its meaning: facts of another version are measured again.
constexpr uint32_t kFactsVersion = 2;

struct PictureFacts {
  image::DecodeStatus status = image::DecodeStatus::kOk;
  std::string detail;  // of the outcome, for people
  image::Format format = image::Format::kUnknown;
  int width = 0, height = 0;  // px, oriented by EXIF; 0 where the header cannot be read
  int orientation = 1, frames = 1;
  double lost_share = 0;        // share of the picture that a truncated or damaged stream lost, 0..1
  uint32_t warnings = 0;        // of the decoder over a full decode
  uint64_t trailing_bytes = 0;  // after the end of the picture's stream
  int jpeg_quality = 0;         // 1..100 as libjpeg's quality that fits the quantisation tables best; 0: not a JPEG
  bool has_exif = false;
  std::string pixels_hash;  // XXH3-128 of size and oriented RGB, hex; empty where there are no pixels
  // From here on: only where pixels were decoded (kOk; kTruncated and kCorrupt with what was left).
  bool measured = false;
  PerceptualHashes hashes;
  Look look;
  Resolution resolution;
};

/// What comparisons and galleries need; larger, so it is kept apart and read on demand.
struct PictureView {
  std::vector<LocalFeature> features;
  std::string thumbnail;  // JPEG of at most kThumbnailSide px, colour
};

struct MeasureOptions {
  uint64_t max_pixels = 178956970;
  bool exif_orientation = true;
};

/// Decodes wholly and measures. Never throws for what the bytes hold (std::bad_alloc where memory ends).
void measure(std::string_view bytes, const MeasureOptions& options, PictureFacts& facts, PictureView& view);

/// Flat bytes for the decoder's ring and the store, and back. Reading checks every length and range: the bytes may come
/// from a decoder that was taken over. False where they are not what `pack` writes (or of another kFactsVersion).
std::string pack(const PictureFacts& facts);
bool unpack(std::string_view bytes, PictureFacts& facts);
std::string pack(const PictureView& view);
bool unpack(std::string_view bytes, PictureView& view);

}  // namespace surefoot::index
