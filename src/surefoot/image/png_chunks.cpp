#include "surefoot/image/png_chunks.h"

#include <zlib.h>

#include "surefoot/image/decoder.h"
#include "surefoot/image/exif.h"

namespace surefoot::image {
namespace {
using namespace std::string_view_literals;
constexpr size_t kTextLimit = size_t{1} << 20;

/// ImageMagick writes EXIF as text: "\nexif\n   LENGTH\nHEX DIGITS in lines".
std::string from_hex_profile(std::string_view text) {
  for (int line = 0; line < 3; ++line) {
    const size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) continue;
    if (high < 0) {
      high = digit;
    } else {
      bytes += static_cast<char>(high << 4 | digit);
      high = -1;
    }
  }
  return bytes;
}

struct Orientations {
  int exif = 0, profile = 0, xmp = 0;
};

void read_text(std::string_view type, std::string_view data, Orientations& found) {
  const size_t end = data.find('\0');
  if (end == data.npos) return;
  const std::string_view key = data.substr(0, end), rest = data.substr(end + 1);
  if (key == "Raw profile type exif"sv || key == "Raw profile type APP1"sv) {
    if (type == "tEXt"sv)
      found.profile = exif_orientation(from_hex_profile(rest));
    else if (type == "zTXt"sv && !rest.empty())
      found.profile = exif_orientation(from_hex_profile(inflate(rest.substr(1), kTextLimit)));
  } else if (key == "XML:com.adobe.xmp"sv && type == "iTXt"sv && rest.size() > 2) {
    // compression flag, method, language\0, translated key\0, text
    const size_t language = rest.find('\0', 2),
                 translated = language == rest.npos ? rest.npos : rest.find('\0', language + 1);
    if (translated == rest.npos) return;
    const std::string_view packet = rest.substr(translated + 1);
    found.xmp = rest[0] == 0 ? xmp_orientation(packet) : xmp_orientation(inflate(packet, kTextLimit));
  }
}

}  // namespace

std::string inflate(std::string_view compressed, size_t limit) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return {};
  std::string out;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(std::min<size_t>(compressed.size(), kTextLimit));
  int state = Z_OK;
  while (state == Z_OK && out.size() < limit) {
    char piece[4096];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    state = ::inflate(&stream, Z_NO_FLUSH);
    const size_t got = sizeof piece - stream.avail_out;
    out.append(piece, got);
    if (got == 0) break;
  }
  inflateEnd(&stream);
  out.resize(std::min(out.size(), limit));
  return out;
}

Outcome png_header(std::string_view bytes, Header& header) {
  if (bytes.size() < 33)
    return truncated("a PNG header takes 33 bytes, " + std::to_string(bytes.size()) + " are there");
  if (!bytes.starts_with("\x89PNG\r\n\x1a\n"sv))
    return corrupt("the signature is damaged, as by a transfer in text mode");
  Bytes numbers(bytes, /*big_endian=*/true);
  if (bytes.substr(12, 4) != "IHDR"sv) return corrupt("the first chunk is not IHDR");
  const uint32_t width = numbers.u32(16), height = numbers.u32(20);
  if (width > INT32_MAX || height > INT32_MAX) return corrupt("the header says an impossible size");
  header.stored = {static_cast<int>(width), static_cast<int>(height)};
  Orientations found;
  for (size_t at = 33; at + 12 <= bytes.size();) {
    const size_t length = numbers.u32(at);
    const std::string_view type = bytes.substr(at + 4, 4);
    if (length > bytes.size() - at - 12 || type == "IEND"sv) break;
    const std::string_view data = bytes.substr(at + 8, length);
    if (type == "eXIf"sv)
      found.exif = exif_orientation(data);
    else if (type == "acTL"sv && length == 8)
      header.frames = static_cast<int>(std::min<uint32_t>(numbers.u32(at + 8), INT32_MAX));
    else if (type == "tEXt"sv || type == "zTXt"sv || type == "iTXt"sv)
      read_text(type, data, found);
    at += length + 12;
  }
  header.orientation = found.exif ? found.exif : found.profile ? found.profile : found.xmp ? found.xmp : 1;
  return {};
}

}  // namespace surefoot::image
