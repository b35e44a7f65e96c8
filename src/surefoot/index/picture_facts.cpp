#include "surefoot/index/picture_facts.h"

#include <algorithm>

#include "surefoot/base/hash.h"
#include "surefoot/image/encode_jpeg.h"
#include "surefoot/image/examine.h"
#include "surefoot/image/resize.h"
#include "surefoot/index/copy_check.h"

namespace surefoot::index {
namespace {

constexpr int kThumbnailQuality = 80;
/// A picture that lost more is mostly grey: hashes of it would only match other remains.
constexpr double kMostLost = 0.75;

std::string hash_of(const image::Pixels& pixels) {
  Hasher hasher;
  hasher.add_number(static_cast<uint64_t>(pixels.width));
  hasher.add_number(static_cast<uint64_t>(pixels.height));
  hasher.add(std::string_view(reinterpret_cast<const char*>(pixels.rgb.data()), pixels.rgb.size()));
  return hasher.hex();
}

std::string thumbnail_of(const image::Pixels& pixels) {
  const int longest = std::max(pixels.width, pixels.height);
  if (longest <= kThumbnailSide) return image::encode_jpeg(pixels, kThumbnailQuality, /*optimize=*/false);
  const auto side = [&](int px) {
    return std::max(1, static_cast<int>((int64_t{px} * kThumbnailSide + longest / 2) / longest));
  };
  image::Pixels small;
  small.resize(side(pixels.width), side(pixels.height));
  image::resize(pixels, 0, 0, pixels.width, pixels.height, image::Filter::kBilinear, small.rgb.data(), small.width,
                small.height);
  return image::encode_jpeg(small, kThumbnailQuality, /*optimize=*/false);
}

void measure_pixels(const image::Pixels& pixels, PictureFacts& facts, PictureView& view) {
  facts.pixels_hash = hash_of(pixels);
  Gray gray, small;
  to_gray(pixels, gray);
  facts.hashes = perceptual_hashes(gray);
  facts.look = look_of(pixels, gray);
  facts.resolution = resolution_of(gray);
  shrink(gray, kViewSide, small);
  view.features = local_features(small);
  facts.measured = true;
}

}  // namespace

void measure(std::string_view bytes, const MeasureOptions& options, PictureFacts& facts, PictureView& view) {
  facts = {};
  view = {};
  image::DecodeOptions decode;
  decode.max_pixels = options.max_pixels;
  decode.exif_orientation = options.exif_orientation;
  image::Pixels pixels;
  image::Header header;
  image::Damage damage;
  image::Outcome outcome = image::examine(bytes, decode, pixels, header, damage);
  facts.status = outcome.status;
  facts.detail = std::move(outcome.detail);
  facts.format = header.format;
  facts.orientation = header.orientation;
  facts.frames = std::max(1, header.frames);
  const image::Size size = options.exif_orientation ? header.oriented() : header.stored;
  facts.width = std::max(0, size.width);
  facts.height = std::max(0, size.height);
  facts.lost_share = damage.lost_share;
  facts.warnings = damage.warnings;
  facts.trailing_bytes = damage.trailing_bytes;
  facts.jpeg_quality = damage.jpeg_quality;
  facts.has_exif = damage.has_exif;
  if (!damage.has_pixels) return;
  view.thumbnail = thumbnail_of(pixels);
  if (damage.lost_share <= kMostLost) measure_pixels(pixels, facts, view);
}

}  // namespace surefoot::index
