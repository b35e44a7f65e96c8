// Files that are not whole pictures of the format that their name says.
#include <algorithm>
#include <string>

#include "surefoot/clean/detector.h"
#include "surefoot/clean/sentence.h"

namespace surefoot::clean::detectors {
namespace {
using image::DecodeStatus;
using index::PictureFacts;

constexpr double kPadding = 16;

constexpr DetectorParameter kParameters[] = {
    {"padding", kPadding, "bytes behind the end of a picture that are not worth a word; runs of one byte never are"},
};

std::string percent(double share) {
  // Nothing that is lost is called 0 %.
  return share >= 0.01 ? format("%.0f %%", share * 100) : format("%.1g %%", std::max(share * 100, 0.1));
}

Finding finding(const Picture& picture, const char* issue, Severity severity, double score, std::string detail) {
  return {picture.path, issue, severity, score, "", std::move(detail)};
}

std::string with_reason(std::string text, const PictureFacts& facts) {
  return facts.detail.empty() ? text : text + ": " + facts.detail;
}

Finding truncated(const Picture& picture) {
  const PictureFacts& facts = picture.facts;
  if (facts.width == 0) return finding(picture, "corrupt", Severity::kHigh, 1, with_reason("unreadable", facts));
  // All rows are there: training reads it like any other.
  if (facts.lost_share <= 0)
    return finding(picture, "corrupt", Severity::kMedium, 0.5,
                   with_reason("truncated, nothing of the picture is lost", facts));
  return finding(picture, "corrupt", Severity::kHigh, 0.9 + 0.1 * facts.lost_share,
                 with_reason("truncated: " + percent(facts.lost_share) + " lost", facts));
}

Finding damaged(const Picture& picture) {
  const PictureFacts& facts = picture.facts;
  // A disk or a network at fault is no reason to take the file away.
  if (picture.content.empty()) return finding(picture, "corrupt", Severity::kMedium, 0.5, facts.detail);
  if (facts.lost_share >= 1) return finding(picture, "corrupt", Severity::kHigh, 1, with_reason("unreadable", facts));
  const double score = 0.9 + 0.1 * std::clamp(facts.lost_share, 0.0, 1.0);
  std::string text = "damaged stream";
  if (facts.warnings > 0)
    text += ": " + std::to_string(facts.warnings) + (facts.warnings == 1 ? " warning" : " warnings");
  if (facts.lost_share > 0) text += ", " + percent(facts.lost_share) + " in doubt";
  return finding(picture, "corrupt", Severity::kHigh, score, with_reason(std::move(text), facts));
}

Finding not_an_image(const Picture& picture) {
  // A download that never began.
  if (picture.named_picture && picture.size_bytes == 0)
    return finding(picture, "corrupt", Severity::kHigh, 1, "unreadable: the file is empty");
  if (picture.named_picture)
    return finding(picture, "not-an-image", Severity::kHigh, 1, with_reason("not a picture", picture.facts));
  return finding(picture, "not-an-image", Severity::kLow, 0.3,
                 with_reason("a file of another kind between the pictures", picture.facts));
}

std::string extension_of(const std::string& path) {
  const size_t dot = path.find_last_of("./");
  return dot == path.npos || path[dot] == '/' || dot + 1 == path.size() ? "" : path.substr(dot);
}

const char* usual_extension(image::Format format) {
  switch (format) {
    case image::Format::kJpeg:
      return ".jpg";
    case image::Format::kPng:
      return ".png";
    case image::Format::kWebp:
      return ".webp";
    case image::Format::kBmp:
      return ".bmp";
    case image::Format::kGif:
      return ".gif";
    case image::Format::kTiff:
      return ".tif";
    default:
      return "";
  }
}

Finding wrong_extension(const Picture& picture) {
  const std::string extension = extension_of(picture.path);
  std::string text = std::string("a ") + image::format_name(picture.facts.format) + " file " +
                     (extension.empty() ? "without an extension" : "named " + extension) + "; it should end in " +
                     usual_extension(picture.facts.format);
  return finding(picture, "wrong-extension", Severity::kMedium, 1, std::move(text));
}

void judge(const Picture& picture, std::vector<Finding>& findings) {
  const PictureFacts& facts = picture.facts;
  switch (facts.status) {
    case DecodeStatus::kTruncated:
      findings.push_back(truncated(picture));
      break;
    case DecodeStatus::kCorrupt:
      findings.push_back(damaged(picture));
      break;
    case DecodeStatus::kNotAnImage:
      findings.push_back(not_an_image(picture));
      return;
    case DecodeStatus::kUnsupported:
    case DecodeStatus::kTooLarge:
      findings.push_back(finding(picture, "unsupported", Severity::kMedium, 1, facts.detail));
      return;
    case DecodeStatus::kOk:
      if (static_cast<double>(facts.trailing_bytes) > kPadding) {
        findings.push_back(
            finding(picture, "corrupt", Severity::kLow, 0.2,
                    std::to_string(facts.trailing_bytes) +
                        " bytes behind the end of the picture: another file was appended, or data was hidden"));
      }
      break;
  }
  const bool readable = facts.status == DecodeStatus::kOk;
  if (readable && facts.format != image::Format::kUnknown && facts.format != image::format_of_name(picture.path))
    findings.push_back(wrong_extension(picture));
}

void run(const Collection& collection, DetectorContext& context) {
  for (const Picture& picture : collection.pictures) {
    if (!picture.reference) judge(picture, context.results.findings);
  }
}

}  // namespace

extern const DetectorSpec corrupt{
    "corrupt",
    "what cannot be decoded whole: cut short, damaged, no picture at all, named as another format, too large",
    "a full decode in which every warning of the decoder counts, end marks are asked for, and JPEG coefficients must be possible (ITU T.81)",
    kParameters,
    false,
    run};

}  // namespace surefoot::clean::detectors
