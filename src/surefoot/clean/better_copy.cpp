#include <algorithm>
#include <cmath>

#include "surefoot/clean/copy_groups.h"

namespace surefoot::clean {
namespace {

using index::PictureFacts;

/// An estimate of the true resolution counts only where it is sure, and then with its lower end: of a small original
/// and its enlargement, whose detail is the same, the original is the better copy.
constexpr double kSureConfidence = 0.7, kFullShare = 0.85, kLowerEnd = 0.8;

double true_resolution(const PictureFacts& facts) {
  const double side = std::max(facts.width, facts.height);
  const auto& resolution = facts.resolution;
  const bool is_sure = resolution.confidence >= kSureConfidence && resolution.effective_share < kFullShare;
  return is_sure ? std::round(side * resolution.effective_share * kLowerEnd) : side;
}

/// 0: nothing could be decoded .. 1: all of it.
double decodable(const PictureFacts& facts) {
  if (!facts.measured) return 0;
  return facts.status == image::DecodeStatus::kOk ? 1 : 0.9 * (1 - facts.lost_share);
}

struct Loss {
  double quality;  // 1..100 as JPEG quality has it; no two formats share a value
  bool is_lossy;   // then more bytes are less loss
};

Loss loss_of(const PictureFacts& facts) {
  switch (facts.format) {
    case image::Format::kJpeg:
      return {static_cast<double>(facts.jpeg_quality), true};
    case image::Format::kPng:
    case image::Format::kBmp:
    case image::Format::kTiff:
      return {100.5, false};
    case image::Format::kGif:
      return {50.5, false};
    default:
      return {80.5, true};
  }
}

std::string numbers(double a, double b, const char* unit) {
  return " (" + std::to_string(std::llround(a)) + unit + " against " + std::to_string(std::llround(b)) + unit + ")";
}

/// The rules in their order; the first that tells the two apart decides.
class Comparison {
 public:
  explicit Comparison(std::string* reason) : reason_(reason) {}
  /// @return whether this rule decides
  bool higher(double a, double b, const std::string& reason) {
    if (a == b) return false;
    a_wins = a > b;
    if (reason_ != nullptr) *reason_ = reason;
    return true;
  }
  bool a_wins = false;

 private:
  std::string* reason_;
};

bool by_content(const Picture& a, const Picture& b, Comparison& rules) {
  const PictureFacts &x = a.facts, &y = b.facts;
  const double px = true_resolution(x), py = true_resolution(y);
  if (rules.higher(px, py, "largest true resolution" + numbers(std::max(px, py), std::min(px, py), " px"))) return true;
  const double area_x = double{1} * x.width * x.height, area_y = double{1} * y.width * y.height;
  if (rules.higher(area_x, area_y, "largest" + numbers(std::max(area_x, area_y), std::min(area_x, area_y), " pixels")))
    return true;
  if (!x.pixels_hash.empty() && x.pixels_hash == y.pixels_hash) return false;  // nothing was lost between them
  const Loss loss_x = loss_of(x), loss_y = loss_of(y);
  const double high = std::max(loss_x.quality, loss_y.quality), low = std::min(loss_x.quality, loss_y.quality);
  if (rules.higher(loss_x.quality, loss_y.quality, "least compressed" + numbers(std::floor(high), std::floor(low), "")))
    return true;
  if (!loss_x.is_lossy) return false;
  const auto bytes_x = static_cast<double>(a.size_bytes), bytes_y = static_cast<double>(b.size_bytes);
  return rules.higher(bytes_x, bytes_y,
                      "least compressed" + numbers(std::max(bytes_x, bytes_y), std::min(bytes_x, bytes_y), " bytes"));
}

}  // namespace

bool better_copy(const Picture& a, bool a_watermarked, const Picture& b, bool b_watermarked, std::string* reason) {
  Comparison rules(reason);
  if (rules.higher(decodable(a.facts), decodable(b.facts), "it can be decoded best")) return rules.a_wins;
  if (rules.higher(b_watermarked, a_watermarked, "without watermark")) return rules.a_wins;
  if (by_content(a, b, rules)) return rules.a_wins;
  if (rules.higher(a.facts.has_exif, b.facts.has_exif, "it has EXIF data")) return rules.a_wins;
  if (a.mtime_ns != b.mtime_ns)
    return rules.higher(a.mtime_ns<b.mtime_ns, a.mtime_ns> b.mtime_ns, "oldest file"), rules.a_wins;
  const auto length_a = static_cast<double>(a.path.size()), length_b = static_cast<double>(b.path.size());
  if (rules.higher(length_b, length_a, "shortest path")) return rules.a_wins;
  rules.higher(a.path < b.path, b.path < a.path, "first by name");
  return rules.a_wins;
}

}  // namespace surefoot::clean
