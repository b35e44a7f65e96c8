#include "surefoot/image/decode.h"

#include <algorithm>
#include <new>
#include <utility>

#include "surefoot/base/error.h"
#include "surefoot/image/decoder.h"
#include "surefoot/image/orient.h"

namespace surefoot::image {
namespace {

/// What crawls save in place of pictures.
const char* other_kind(std::string_view bytes) {
  using namespace std::string_view_literals;
  static constexpr std::pair<std::string_view, const char*> kKinds[] = {
      {"%PDF"sv, "a PDF document"},
      {"PK\3\4"sv, "a ZIP archive or an office document"},
      {"\x1f\x8b"sv, "a gzip archive"},
      {"\x1a\x45\xdf\xa3"sv, "a video"},
      {"8BPS"sv, "a Photoshop document"},
      {"<svg"sv, "an SVG drawing"},
      {"<?xml"sv, "an XML document"},
      {"<html"sv, "a web page"},
      {"<!doctype html"sv, "a web page"},
      {"<head"sv, "a web page"},
      {"version https://git-lfs"sv, "a Git LFS pointer: fetch the file itself"}};
  std::string_view text = bytes.substr(0, 4096);
  if (text.find_first_not_of('\0') == text.npos) return "nothing but zeros";
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp"sv) return "a video";
  text.remove_prefix(std::min(text.find_first_not_of("\xEF\xBB\xBF \t\r\n"sv), text.size()));
  std::string small(text.substr(0, 32));
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  for (const auto& [start, kind] : kKinds) {
    if (text.starts_with(start) || small.starts_with(start)) return kind;
  }
  return "no known picture format begins like this";
}

Outcome no_decoder(std::string_view bytes, Format format) {
  if (format == Format::kUnknown) {
    return {DecodeStatus::kNotAnImage, bytes.empty() ? "the file is empty" : other_kind(bytes)};
  }
  const std::string name = format_name(format);
  return unsupported(name +
                     " pictures are not decoded here; convert them first, for example: heif-convert -q 95 IN OUT.jpg, "
                     "or: magick IN OUT.jpg");
}

/// Above this a thread gives the scratch memory of one huge picture back.
constexpr size_t kKeptScratchBytes = size_t{64} << 20;

std::string size_text(Size size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

bool inside(const Rect& rect, Size size) {
  return rect.x >= 0 && rect.y >= 0 && rect.width > 0 && rect.height > 0 && rect.width <= size.width - rect.x &&
         rect.height <= size.height - rect.y;
}

Outcome decode_checked(std::string_view bytes, const DecodeOptions& options, Pixels& pixels) {
  Header header;
  if (Outcome outcome = read_header(bytes, options.max_pixels, header); !outcome.ok()) return outcome;
  if (!options.exif_orientation) header.orientation = 1;
  const int n = header.format == Format::kJpeg ? options.scale_denominator : 1;
  SUREFOOT_CHECK(n == 1 || n == 2 || n == 4 || n == 8, std::to_string(n));
  const Size stored{(header.stored.width + n - 1) / n, (header.stored.height + n - 1) / n};
  const Size oriented = header.orientation >= 5 ? Size{stored.height, stored.width} : stored;
  const Rect wanted = options.crop.value_or(Rect{0, 0, oriented.width, oriented.height});
  SUREFOOT_CHECK(inside(wanted, oriented), size_text(oriented));
  const Part part{to_stored(wanted, stored, header.orientation), n};
  const Decoder& decoder = *find_decoder(header.format);
  if (header.orientation == 1) return decoder.decode(bytes, header, part, pixels);
  thread_local Pixels unturned;
  const Outcome outcome = decoder.decode(bytes, header, part, unturned);
  if (outcome.ok()) turn(unturned, header.orientation, pixels);
  if (unturned.rgb.capacity() > kKeptScratchBytes) unturned = {};
  return outcome;
}

}  // namespace

Outcome read_header(std::string_view bytes, uint64_t max_pixels, Header& header) {
  header = {};
  header.format = sniff(bytes);
  const Decoder* decoder = find_decoder(header.format);
  if (!decoder) return no_decoder(bytes, header.format);
  if (Outcome outcome = decoder->header(bytes, header); !outcome.ok()) return outcome;
  const Size size = header.stored;
  if (size.width <= 0 || size.height <= 0) return corrupt("the header says " + size_text(size) + " pixels");
  if (static_cast<uint64_t>(size.width) * static_cast<uint64_t>(size.height) > max_pixels) {
    return {DecodeStatus::kTooLarge, size_text(size) + " pixels are above the limit of " + std::to_string(max_pixels)};
  }
  return {};
}

Outcome decode(std::string_view bytes, const DecodeOptions& options, Pixels& pixels) {
  try {
    return decode_checked(bytes, options, pixels);
  } catch (const std::bad_alloc&) {
    return {DecodeStatus::kTooLarge, "not enough memory to decode this picture"};
  }
}

}  // namespace surefoot::image
