// Facts and views as flat little-endian bytes, and back with every length and range checked.
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "surefoot/index/picture_facts.h"

namespace surefoot::index {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are packed as they lie in memory");

constexpr uint32_t kFactsMagic = 0x31464653, kViewMagic = 0x31564653;  // "SFF1", "SFV1"
constexpr size_t kMostDetail = 512, kMostFeatures = 1024, kMostThumbnail = size_t{1} << 20;
constexpr float kMostCoordinate = 1 << 20;

/// Both directions are one list of fields: `Out` writes them, `In` reads and checks them.
class Out {
 public:
  explicit Out(uint32_t magic) {
    raw(magic);
    raw(kFactsVersion);
  }
  /// What is out of range is brought into it, what is not a number becomes the least: what is written can be read.
  template <class T>
  void number(const T& value, T least, T most) {
    raw(value >= least ? std::min(value, most) : least);
  }
  template <class T>
  void any(const T& value) {
    raw(value);
  }
  void flag(bool value) { raw(static_cast<uint8_t>(value)); }
  template <class E>
  void choice(E value, E) {
    raw(static_cast<uint8_t>(value));
  }
  void text(const std::string& value, size_t most) {
    const size_t size = std::min(value.size(), most);
    raw(static_cast<uint32_t>(size));
    bytes_.append(value, 0, size);
  }
  size_t count(size_t value, size_t most) {
    raw(static_cast<uint32_t>(std::min(value, most)));
    return std::min(value, most);
  }
  std::string take() { return std::move(bytes_); }

 private:
  template <class T>
  void raw(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  std::string bytes_;
};

class In {
 public:
  In(std::string_view bytes, uint32_t magic) : bytes_(bytes) {
    uint32_t found = 0, version = 0;
    raw(found);
    raw(version);
    ok_ = ok_ && found == magic && version == kFactsVersion;
  }
  /// Also refuses what is not a number.
  template <class T>
  void number(T& value, T least, T most) {
    raw(value);
    ok_ = ok_ && value >= least && value <= most;
  }
  template <class T>
  void any(T& value) {
    raw(value);
  }
  void flag(bool& value) {
    uint8_t byte = 0;
    number(byte, uint8_t{0}, uint8_t{1});
    value = byte == 1;
  }
  template <class E>
  void choice(E& value, E last) {
    uint8_t byte = 0;
    number(byte, uint8_t{0}, static_cast<uint8_t>(last));
    if (ok_) value = static_cast<E>(byte);
  }
  void text(std::string& value, size_t most) {
    const size_t size = count(0, most);
    if (size > bytes_.size()) ok_ = false;
    if (!ok_) return;
    value.assign(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
  }
  size_t count(size_t, size_t most) {
    uint32_t value = 0;
    number(value, uint32_t{0}, static_cast<uint32_t>(most));
    return ok_ ? value : 0;
  }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && bytes_.empty(); }

 private:
  template <class T>
  void raw(T& value) {
    if (!ok_ || bytes_.size() < sizeof value) {
      ok_ = false;
      return;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
  }
  std::string_view bytes_;
  bool ok_ = true;
};

/// `Facts` is const for writing.
template <class Stream, class Facts>
void head_fields(Stream& stream, Facts& facts) {
  stream.choice(facts.status, image::DecodeStatus::kTooLarge);
  stream.text(facts.detail, kMostDetail);
  stream.choice(facts.format, image::Format::kAvif);
  constexpr int kMost = std::numeric_limits<int>::max();
  stream.number(facts.width, 0, kMost);
  stream.number(facts.height, 0, kMost);
  stream.number(facts.orientation, 1, 8);
  stream.number(facts.frames, 1, kMost);
  stream.number(facts.lost_share, 0.0, 1.0);
  stream.any(facts.warnings);
  stream.any(facts.trailing_bytes);
  stream.number(facts.jpeg_quality, 0, 100);
  stream.flag(facts.has_exif);
  stream.text(facts.pixels_hash, 32);
  stream.flag(facts.measured);
}

template <class Stream, class Facts>
void measured_fields(Stream& stream, Facts& facts) {
  for (auto& hash : facts.hashes.pdq) stream.any(hash);
  stream.number(facts.hashes.pdq_quality, 0, 100);
  stream.any(facts.hashes.difference);
  auto& look = facts.look;
  for (auto* share : {&look.brightness_p1, &look.brightness_p5, &look.brightness_mean, &look.brightness_p99,
                      &look.flat_share, &look.blur_score}) {
    stream.number(*share, 0.0, 1.0);
  }
  stream.number(look.luma_range, 0.0, 255.0);
  stream.number(look.color_range, 0.0, 255.0);
  stream.number(look.coarse_contrast, 0.0, 255.0);
  stream.number(look.surface_residual, 0.0, 255.0);
  stream.number(look.sharpness, 0.0, 2048.0);
  stream.number(look.neighbour_correlation, -1.0, 1.0);
  stream.number(look.pattern_correlation, 0.0, 1.0);
  stream.number(look.entropy, 0.0, 8.0);
  stream.number(look.edge_variance, 0.0, 1e9);
  auto& resolution = facts.resolution;
  for (auto* share : {&resolution.score, &resolution.effective_share, &resolution.confidence})
    stream.number(*share, 0.0, 1.0);
  stream.flag(resolution.upscaled);
  stream.number(resolution.trace, 0.0, 1e12);
  stream.number(resolution.replication, -1.0, 1.0);
}

template <class Stream, class Feature>
void feature_fields(Stream& stream, Feature& feature) {
  stream.number(feature.x, 0.f, kMostCoordinate);
  stream.number(feature.y, 0.f, kMostCoordinate);
  stream.number(feature.size, 0.f, 1024.f);
  stream.number(feature.angle, -100.f, 100.f);
  stream.any(feature.descriptor);
}

bool is_hash(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

std::string pack(const PictureFacts& facts) {
  Out out(kFactsMagic);
  head_fields(out, facts);
  if (facts.measured) measured_fields(out, facts);
  return out.take();
}

bool unpack(std::string_view bytes, PictureFacts& facts) {
  facts = {};
  In in(bytes, kFactsMagic);
  head_fields(in, facts);
  if (in.ok() && facts.measured) measured_fields(in, facts);
  const bool sane = in.done() && (facts.pixels_hash.empty() || is_hash(facts.pixels_hash)) &&
                    (!facts.measured || (facts.width > 0 && facts.height > 0 && !facts.pixels_hash.empty()));
  if (!sane) facts = {};
  return sane;
}

std::string pack(const PictureView& view) {
  Out out(kViewMagic);
  const size_t count = out.count(view.features.size(), kMostFeatures);
  for (size_t i = 0; i < count; ++i) feature_fields(out, view.features[i]);
  out.text(view.thumbnail, kMostThumbnail);
  return out.take();
}

bool unpack(std::string_view bytes, PictureView& view) {
  view = {};
  In in(bytes, kViewMagic);
  const size_t count = in.count(0, kMostFeatures);
  for (size_t i = 0; i < count && in.ok(); ++i) feature_fields(in, view.features.emplace_back());
  in.text(view.thumbnail, kMostThumbnail);
  const bool sane = in.done() && (view.thumbnail.empty() || view.thumbnail.starts_with("\xFF\xD8\xFF"));
  if (!sane) view = {};
  return sane;
}

}  // namespace surefoot::index
