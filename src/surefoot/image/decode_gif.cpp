// GIF: the first frame on the logical screen. What it does not cover, and its transparent pixels, are white.
#include <algorithm>
#include <array>

#include "surefoot/image/decoder.h"
#include "surefoot/image/gif_lzw.h"

namespace surefoot::image {
namespace {

struct Gif {
  Size screen;
  Rect frame;
  bool interlaced = false;
  int transparent = -1;
  size_t palette_at = 0, palette_size = 0;  // of the frame, else of the screen; 0: grey levels
  int code_size = 0;
  size_t data_at = 0;
};

Outcome parse_frame(Bytes& bytes, size_t at, Gif& gif) {
  gif.frame = {static_cast<int>(bytes.u16(at)), static_cast<int>(bytes.u16(at + 2)),
               static_cast<int>(bytes.u16(at + 4)), static_cast<int>(bytes.u16(at + 6))};
  const uint32_t flags = bytes.u8(at + 8);
  at += 9;
  gif.interlaced = flags & 0x40;
  if (flags & 0x80) {
    gif.palette_at = at;
    gif.palette_size = size_t{2} << (flags & 7);
    at += gif.palette_size * 3;
  }
  gif.code_size = static_cast<int>(bytes.u8(at));
  gif.data_at = at + 1;
  if (!bytes.ok()) return truncated("the first frame is cut");
  if (gif.frame.width == 0 || gif.frame.height == 0) return corrupt("the first frame is empty");
  // A frame larger than the screen enlarges it, as Pillow does.
  gif.screen = {std::max(gif.screen.width, gif.frame.x + gif.frame.width),
                std::max(gif.screen.height, gif.frame.y + gif.frame.height)};
  return {};
}

/// Reads up to the first frame's pixels.
Outcome parse(std::string_view file, Gif& gif) {
  Bytes bytes(file);
  gif.screen = {static_cast<int>(bytes.u16(6)), static_cast<int>(bytes.u16(8))};
  const uint32_t flags = bytes.u8(10);
  size_t at = 13;
  if (flags & 0x80) {
    gif.palette_at = at;
    gif.palette_size = size_t{2} << (flags & 7);
    at += gif.palette_size * 3;
  }
  if (bytes.ok() && (gif.screen.width == 0 || gif.screen.height == 0)) return corrupt("the screen is empty");
  while (bytes.ok()) {
    const uint32_t kind = bytes.u8(at++);
    if (!bytes.ok()) break;
    if (kind == 0x2C) return parse_frame(bytes, at, gif);
    if (kind == 0x3B) return truncated("there is no frame");
    if (kind != 0x21) continue;  // Pillow and browsers skip stray bytes
    const uint32_t label = bytes.u8(at++);
    if (label == 0xF9 && bytes.u8(at) == 4 && (bytes.u8(at + 1) & 1))
      gif.transparent = static_cast<int>(bytes.u8(at + 4));
    if (!skip_blocks(bytes, at)) break;
  }
  return truncated("the data end before the first frame");
}

std::array<std::array<uint8_t, 3>, 256> palette_of(std::string_view file, const Gif& gif) {
  std::array<std::array<uint8_t, 3>, 256> palette{};
  Bytes bytes(file);
  for (size_t i = 0; i < 256; ++i) {
    for (size_t c = 0; c < 3; ++c) {
      if (gif.palette_size == 0)
        palette[i][c] = static_cast<uint8_t>(i);
      else if (i < gif.palette_size)
        palette[i][c] = static_cast<uint8_t>(bytes.u8(gif.palette_at + i * 3 + c));
    }
  }
  if (gif.transparent >= 0) palette[static_cast<size_t>(gif.transparent)] = {255, 255, 255};
  return palette;
}

/// Where row y of the frame stands in an interlaced stream: rows 0, 8, ... then 4, 12, ... then 2, 6, ... then the odd
/// ones.
int stream_row(const Gif& gif, int y) {
  if (!gif.interlaced) return y;
  const int h = gif.frame.height, eighths = (h + 7) / 8, quarters = eighths + (h + 3) / 8;
  if (y % 8 == 0) return y / 8;
  if (y % 8 == 4) return eighths + y / 8;
  if (y % 4 == 2) return quarters + y / 4;
  return quarters + (h + 1) / 4 + y / 2;
}

Outcome header(std::string_view file, Header& header) {
  Gif gif;
  const Outcome outcome = parse(file, gif);
  header.stored = gif.screen;
  return outcome;
}

void paint(
    std::string_view file, const Gif& gif, const std::vector<uint8_t>& indices, const Rect& rect, Pixels& pixels) {
  const Rect& frame = gif.frame;
  const auto palette = palette_of(file, gif);
  pixels.resize(rect.width, rect.height);
  std::fill(pixels.rgb.begin(), pixels.rgb.end(), uint8_t{255});
  const int left = std::max(rect.x, frame.x), right = std::min(rect.x + rect.width, frame.x + frame.width);
  for (int y = std::max(rect.y, frame.y); y < std::min(rect.y + rect.height, frame.y + frame.height); ++y) {
    const uint8_t* row =
        indices.data() + static_cast<size_t>(stream_row(gif, y - frame.y)) * static_cast<size_t>(frame.width);
    for (int x = left; x < right; ++x)
      std::copy_n(palette[row[x - frame.x]].data(), 3, pixels.row(y - rect.y) + ptrdiff_t{x - rect.x} * 3);
  }
}

Outcome decode(std::string_view file, const Header&, const Part& part, Pixels& pixels) {
  Gif gif;
  if (Outcome outcome = parse(file, gif); !outcome.ok()) return outcome;
  if (gif.code_size < 1 || gif.code_size > 8) return corrupt("an LZW code size of " + std::to_string(gif.code_size));
  std::vector<uint8_t> indices(static_cast<size_t>(gif.frame.width) * static_cast<size_t>(gif.frame.height));
  size_t at = gif.data_at, done = 0;
  const LzwEnd end = decode_lzw(file, at, gif.code_size, indices, done);
  Outcome outcome;
  if (end == LzwEnd::kBadCode)
    outcome = corrupt("an impossible LZW code");
  else if (end != LzwEnd::kFull)
    outcome = truncated("the first frame ends before its last row");
  if (!outcome.ok() && !part.damage) return outcome;
  paint(file, gif, indices, part.rect, pixels);
  if (part.damage) {
    part.damage->has_pixels = true;
    part.damage->lost_share = 1 - static_cast<double>(done) / static_cast<double>(indices.size());
  }
  return outcome;
}

}  // namespace

const Decoder kGifDecoder{Format::kGif, header, decode};

}  // namespace surefoot::image
