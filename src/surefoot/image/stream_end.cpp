#include "surefoot/image/stream_end.h"

#include <algorithm>

#include "surefoot/image/decoder.h"
#include "surefoot/image/gif_lzw.h"

namespace surefoot::image {
namespace {
using namespace std::string_view_literals;

StreamEnd png_end(std::string_view bytes) {
  StreamEnd end{bytes.size(), false};
  Bytes numbers(bytes, /*big_endian=*/true);
  for (size_t at = 8; at + 12 <= bytes.size();) {
    const size_t length = numbers.u32(at);
    const std::string_view type = bytes.substr(at + 4, 4);
    if (length > bytes.size() - at - 12) break;
    if (type == "eXIf"sv ||
        (type.ends_with("Xt"sv) && bytes.substr(at + 8, length).starts_with("Raw profile type exif"sv)))
      end.has_exif = true;
    if (type == "acTL"sv && length == 8)
      end.frames = static_cast<int>(std::clamp<uint32_t>(numbers.u32(at + 8), 1, INT32_MAX));
    at += length + 12;
    if (type == "IEND"sv) {
      end.at = at;
      end.ended = true;
      break;
    }
  }
  return end;
}

StreamEnd gif_end(std::string_view file) {
  StreamEnd end{file.size(), false, 0};
  Bytes bytes(file);
  const auto palette = [](uint32_t flags) { return flags & 0x80 ? (size_t{2} << (flags & 7)) * 3 : 0; };
  size_t at = 13 + palette(bytes.u8(10));
  while (at < file.size()) {
    const uint32_t kind = bytes.u8(at++);
    if (kind == 0x3B) {
      end.at = at;
      end.ended = true;
      break;
    }
    if (kind == 0x2C) {
      at += 9 + palette(bytes.u8(at + 8)) + 1;
      ++end.frames;
    } else if (kind == 0x21) {
      ++at;
    } else {
      continue;  // stray bytes, as browsers take them
    }
    if (!skip_blocks(bytes, at)) break;
  }
  end.frames = std::max(1, end.frames);
  return end;
}

StreamEnd webp_end(std::string_view bytes) {
  Bytes numbers(bytes);
  const size_t said = size_t{numbers.u32(4)} + 8;
  StreamEnd end{std::min(bytes.size(), said + (said & 1)), said <= bytes.size(), 0};
  for (size_t at = 12; at + 8 <= bytes.size();) {
    const size_t length = numbers.u32(at + 4);
    const std::string_view type = bytes.substr(at, 4);
    if (type == "EXIF"sv) end.has_exif = true;
    if (type == "ANMF"sv) ++end.frames;
    if (length > bytes.size() - at - 8) break;
    at += 8 + length + (length & 1);
  }
  end.frames = std::max(1, end.frames);
  return end;
}

/// EXIF stands in an APP1 segment before the first scan.
bool jpeg_has_exif(std::string_view bytes) {
  Bytes numbers(bytes, /*big_endian=*/true);
  for (size_t at = 2; at + 4 <= bytes.size();) {
    if (numbers.u8(at) != 0xFF) return false;
    const uint32_t marker = numbers.u8(at + 1);
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    if (marker == 0xDA || marker == 0xD9) return false;
    if (marker == 0xE1 && bytes.substr(at + 4).starts_with("Exif\0"sv)) return true;
    at += 2 + numbers.u16(at + 2);
  }
  return false;
}

}  // namespace

StreamEnd find_stream_end(std::string_view bytes, Format format) {
  switch (format) {
    case Format::kPng:
      return png_end(bytes);
    case Format::kGif:
      return gif_end(bytes);
    case Format::kWebp:
      return webp_end(bytes);
    case Format::kJpeg:
      return {bytes.size(), true, 1, jpeg_has_exif(bytes)};
    case Format::kBmp: {
      // Writers that say a length say the right one; a nonsense one is not believed.
      const size_t said = Bytes(bytes).u32(2);
      return {said >= 54 && said < bytes.size() ? said : bytes.size()};
    }
    default:
      return {bytes.size()};
  }
}

}  // namespace surefoot::image
