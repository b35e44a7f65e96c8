#include <algorithm>
#include <string>

#include "surefoot/image/decode.h"

namespace surefoot::image {
namespace {
using namespace std::string_view_literals;

/// HEIF containers begin with a `ftyp` box: a main brand and a list of compatible ones.
Format heif_brand(std::string_view bytes) {
  if (bytes.size() < 12 || bytes.substr(4, 4) != "ftyp"sv) return Format::kUnknown;
  const auto* length = reinterpret_cast<const uint8_t*>(bytes.data());
  const size_t box = size_t{length[0]} << 24 | size_t{length[1]} << 16 | size_t{length[2]} << 8 | length[3];
  Format found = Format::kUnknown;
  for (size_t at = 8; at + 4 <= std::min({bytes.size(), box, size_t{256}}); at += 4) {
    const std::string_view brand = bytes.substr(at, 4);
    if (brand == "avif"sv || brand == "avis"sv) return Format::kAvif;
    for (const auto heic : {"heic"sv, "heix"sv, "heim"sv, "heis"sv, "hevc"sv, "hevx"sv, "mif1"sv, "msf1"sv}) {
      if (brand == heic) found = Format::kHeic;
    }
  }
  return found;
}
}  // namespace

const char* format_name(Format format) {
  constexpr const char* kNames[] = {"unknown", "JPEG", "PNG", "WebP", "BMP", "GIF", "TIFF", "HEIC", "AVIF"};
  return kNames[static_cast<int>(format)];
}

const char* status_name(DecodeStatus status) {
  constexpr const char* kNames[] = {"ok", "not-an-image", "unsupported", "truncated", "corrupt", "too-large"};
  return kNames[static_cast<int>(status)];
}

Format sniff(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return Format::kJpeg;
  if (bytes.starts_with("\x89PNG"sv)) return Format::kPng;
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return Format::kGif;
  if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"sv) return Format::kWebp;
  for (const auto tiff : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    if (bytes.starts_with(tiff)) return Format::kTiff;
  }
  // "BM" alone is too weak: the length of the second header (12..124) follows at byte 14.
  if (bytes.starts_with("BM"sv) && bytes.size() >= 18 && bytes.substr(15, 3) == "\0\0\0"sv) return Format::kBmp;
  return heif_brand(bytes);
}

Format format_of_name(std::string_view path) {
  const size_t dot = path.find_last_of("./");
  if (dot == path.npos || path[dot] == '/') return Format::kUnknown;
  std::string extension(path.substr(dot + 1));
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  static constexpr std::pair<std::string_view, Format> kExtensions[] = {
      {"jpg", Format::kJpeg},  {"jpeg", Format::kJpeg}, {"jpe", Format::kJpeg},  {"jfif", Format::kJpeg},
      {"png", Format::kPng},   {"apng", Format::kPng},  {"webp", Format::kWebp}, {"bmp", Format::kBmp},
      {"dib", Format::kBmp},   {"gif", Format::kGif},   {"tif", Format::kTiff},  {"tiff", Format::kTiff},
      {"heic", Format::kHeic}, {"heif", Format::kHeic}, {"hif", Format::kHeic},  {"avif", Format::kAvif}};
  for (const auto& [name, format] : kExtensions) {
    if (extension == name) return format;
  }
  return Format::kUnknown;
}

}  // namespace surefoot::image
