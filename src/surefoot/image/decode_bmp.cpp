// BMP, all of it here: 1, 4, 8, 16, 24 and 32 bits, palettes, bit fields, RLE4 and RLE8, rows from below or from above.
#include <array>
#include <bit>

#include "surefoot/image/decoder.h"

namespace surefoot::image {
namespace {

/// Of a damaged file at least one part in this many must be there for memory to be spent on it.
constexpr uint64_t kWorthShowing = 20;

enum Compression : uint32_t { kPlain = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6 };

struct Field {
  uint32_t mask = 0;
  /// The masked bits stretched to 0..255.
  unsigned value(uint32_t pixel) const {
    if (mask == 0) return 0;
    const uint64_t most = mask >> std::countr_zero(mask);
    return static_cast<unsigned>(((pixel & mask) >> std::countr_zero(mask)) * uint64_t{255} / most);
  }
};

struct Bmp {
  int width = 0, height = 0;
  bool from_above = false;
  uint32_t bits = 0, compression = kPlain;
  size_t pixels_at = 0;
  std::array<Field, 4> fields{};  // red, green, blue, alpha
  std::array<std::array<uint8_t, 3>, 256> palette{};
};

/// The OS/2 header of 12 bytes, or Windows' of 40 and more.
Outcome parse_sizes(Bytes& bytes, uint32_t header_bytes, Bmp& bmp) {
  bmp.pixels_at = bytes.u32(10);
  if (header_bytes == 12) {
    bmp.width = static_cast<int>(bytes.u16(18));
    bmp.height = static_cast<int>(bytes.u16(20));
    bmp.bits = bytes.u16(24);
  } else {
    const auto height = static_cast<int32_t>(bytes.u32(22));
    if (height == INT32_MIN) return corrupt("the header says an impossible size");
    bmp.width = static_cast<int32_t>(bytes.u32(18));
    bmp.height = height < 0 ? -height : height;
    bmp.from_above = height < 0;
    bmp.bits = bytes.u16(28);
    bmp.compression = bytes.u32(30);
  }
  if (!bytes.ok()) return truncated("the header is cut");
  if (bmp.width <= 0 || bmp.height <= 0) return corrupt("the header says an impossible size");
  return {};
}

Outcome check_kind(const Bmp& bmp) {
  const uint32_t b = bmp.bits, c = bmp.compression;
  const bool plain = c == kPlain && (b == 1 || b == 4 || b == 8 || b == 16 || b == 24 || b == 32);
  const bool masks = (c == kBitFields || c == kAlphaBitFields) && (b == 16 || b == 32);
  if (plain || masks || (c == kRle8 && b == 8) || (c == kRle4 && b == 4)) return {};
  return unsupported("BMP with " + std::to_string(b) + " bits and compression " + std::to_string(c));
}

Outcome parse(std::string_view file, Bmp& bmp) {
  Bytes bytes(file);
  const uint32_t header_bytes = bytes.u32(14);
  if (header_bytes != 12 && (header_bytes < 16 || header_bytes > 256))
    return corrupt("a header of " + std::to_string(header_bytes) + " bytes");
  if (Outcome outcome = parse_sizes(bytes, header_bytes, bmp); !outcome.ok()) return outcome;
  if (Outcome outcome = check_kind(bmp); !outcome.ok()) return outcome;
  size_t after = 14 + size_t{header_bytes};
  if (bmp.compression == kBitFields || bmp.compression == kAlphaBitFields) {
    const bool with_alpha = header_bytes >= 56 || bmp.compression == kAlphaBitFields;
    for (size_t i = 0; i < (with_alpha ? 4u : 3u); ++i) bmp.fields[i].mask = bytes.u32(54 + 4 * i);
    if (header_bytes == 40) after += with_alpha ? 16 : 12;
  } else if (bmp.bits == 16) {
    bmp.fields = {Field{0x7C00}, Field{0x03E0}, Field{0x001F}, Field{}};
  } else if (bmp.bits == 32) {
    bmp.fields = {Field{0xFF0000}, Field{0xFF00}, Field{0xFF}, Field{}};
  }
  if (bmp.bits <= 8) {
    const size_t entry_bytes = header_bytes == 12 ? 3 : 4, most = size_t{1} << bmp.bits;
    size_t count = header_bytes >= 36 ? bytes.u32(46) : 0;
    if (count == 0 || count > most) count = most;
    // Some writers count the palette twice: pixels that would begin where it does begin behind it, as Pillow reads
    // them.
    if (bmp.pixels_at == after) bmp.pixels_at += count * entry_bytes;
    for (size_t i = 0; i < count && after + (i + 1) * entry_bytes <= file.size(); ++i) {
      const size_t at = after + i * entry_bytes;
      bmp.palette[i] = {static_cast<uint8_t>(bytes.u8(at + 2)), static_cast<uint8_t>(bytes.u8(at + 1)),
                        static_cast<uint8_t>(bytes.u8(at))};
    }
  }
  return bytes.ok() ? Outcome{} : truncated("the header is cut");
}

/// One uncompressed row, its pixels [x, x + count), to RGB.
void convert_row(const Bmp& bmp, const uint8_t* row, int x, int count, uint8_t* rgb) {
  for (int i = x; i < x + count; ++i, rgb += 3) {
    const auto at = static_cast<size_t>(i);
    if (bmp.bits <= 8) {
      const size_t per_byte = 8 / bmp.bits, shift = 8 - bmp.bits * (at % per_byte + 1);
      const auto& color = bmp.palette[row[at / per_byte] >> shift & ((1u << bmp.bits) - 1)];
      std::copy(color.begin(), color.end(), rgb);
    } else if (bmp.bits == 24) {
      for (size_t c = 0; c < 3; ++c) rgb[c] = row[at * 3 + 2 - c];
    } else {
      const uint8_t* p = row + at * (bmp.bits / 8);
      const uint32_t pixel = bmp.bits == 16 ? p[0] | uint32_t{p[1]} << 8
                                            : p[0] | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
      const unsigned alpha = bmp.fields[3].mask ? bmp.fields[3].value(pixel) : 255;
      for (size_t c = 0; c < 3; ++c) rgb[c] = over_white(bmp.fields[c].value(pixel), alpha);
    }
  }
}

Outcome decode_plain(const Bmp& bmp, std::string_view file, const Part& part, Pixels& pixels) {
  const Rect& rect = part.rect;
  int lost = 0;
  const uint64_t stride = (uint64_t{bmp.bits} * static_cast<uint64_t>(bmp.width) + 31) / 32 * 4;
  for (int y = 0; y < rect.height; ++y) {
    const int row = bmp.from_above ? rect.y + y : bmp.height - 1 - rect.y - y;
    const uint64_t at = bmp.pixels_at + static_cast<uint64_t>(row) * stride;
    const uint64_t used =
        (uint64_t{bmp.bits} * static_cast<uint64_t>(bmp.width) + 7) / 8;  // the padding of the last row may be missing
    if (at + used > file.size()) {
      if (!part.damage) return truncated("the data end inside row " + std::to_string(row));
      ++lost;
      continue;
    }
    convert_row(bmp, reinterpret_cast<const uint8_t*>(file.data()) + at, rect.x, rect.width, pixels.row(y));
  }
  if (lost == 0) return {};
  part.damage->lost_share = static_cast<double>(lost) / rect.height;
  return truncated("the data end before the last row");
}

/// The run-length codes of Windows: (count, value) pairs; 0 then 0 end of line, 1 end of picture, 2 a jump, n >= 3
/// literals. Pixels outside the row are dropped, those that are jumped over keep index 0.
class RunLengths {
 public:
  RunLengths(const Bmp& bmp, std::string_view file)
      : bmp_(bmp),
        file_(file),
        at_(bmp.pixels_at),
        indices_(static_cast<size_t>(bmp.width) * static_cast<size_t>(bmp.height)) {}

  /// Fills the indices, rows in stored order.
  Outcome decode() {
    while (y_ < bmp_.height) {
      const unsigned count = next(), value = next();
      if (cut_) break;
      if (count > 0) {
        for (unsigned i = 0; i < count; ++i) put(four() ? (i % 2 ? value & 15 : value >> 4) : value);
      } else if (value == 0) {
        x_ = 0, ++y_;
      } else if (value == 1) {
        return {};
      } else if (value == 2) {
        x_ += static_cast<int>(next());
        y_ += static_cast<int>(next());
        x_ = std::min(x_, bmp_.width);
      } else {
        literals(value);
      }
    }
    const bool last_row_done = y_ == bmp_.height - 1 && x_ >= bmp_.width;
    return !cut_ || last_row_done ? Outcome{} : truncated("the data end inside row " + std::to_string(y_));
  }
  double lost_share() const { return cut_ ? 1 - static_cast<double>(y_) / bmp_.height : 0; }
  const uint8_t* row(int y) const { return indices_.data() + static_cast<size_t>(y) * static_cast<size_t>(bmp_.width); }

 private:
  bool four() const { return bmp_.compression == kRle4; }
  unsigned next() {
    if (at_ < file_.size()) return static_cast<uint8_t>(file_[at_++]);
    cut_ = true;
    return 0;
  }
  void put(unsigned index) {
    if (x_ < bmp_.width && y_ < bmp_.height)
      indices_[static_cast<size_t>(y_) * static_cast<size_t>(bmp_.width) + static_cast<size_t>(x_++)] =
          static_cast<uint8_t>(index);
  }
  void literals(unsigned count) {
    const unsigned byte_count = four() ? (count + 1) / 2 : count;
    for (unsigned i = 0; i < byte_count && !cut_; ++i) {
      const unsigned value = next();
      put(four() ? value >> 4 : value);
      if (four() && 2 * i + 1 < count) put(value & 15);
    }
    if (byte_count % 2) next();  // padded to an even number
  }

  const Bmp& bmp_;
  std::string_view file_;
  size_t at_;
  std::vector<uint8_t> indices_;
  int x_ = 0, y_ = 0;
  bool cut_ = false;
};

Outcome decode_runs(const Bmp& bmp, std::string_view file, const Part& part, Pixels& pixels) {
  RunLengths runs(bmp, file);
  const Outcome outcome = runs.decode();
  if (!outcome.ok() && !part.damage) return outcome;
  if (!outcome.ok()) part.damage->lost_share = runs.lost_share();
  const Rect& rect = part.rect;
  for (int y = 0; y < rect.height; ++y) {
    const uint8_t* row = runs.row(bmp.from_above ? rect.y + y : bmp.height - 1 - rect.y - y) + rect.x;
    uint8_t* rgb = pixels.row(y);
    for (int x = 0; x < rect.width; ++x, rgb += 3)
      std::copy(bmp.palette[row[x]].begin(), bmp.palette[row[x]].end(), rgb);
  }
  return outcome;
}

Outcome header(std::string_view file, Header& header) {
  Bmp bmp;
  if (Outcome outcome = parse(file, bmp); !outcome.ok()) return outcome;
  header.stored = {bmp.width, bmp.height};
  return {};
}

Outcome decode(std::string_view file, const Header&, const Part& part, Pixels& pixels) {
  Bmp bmp;
  if (Outcome outcome = parse(file, bmp); !outcome.ok()) return outcome;
  const bool runs = bmp.compression == kRle8 || bmp.compression == kRle4;
  // Known before any memory is taken; with run lengths even a tiny file may honestly be large.
  const uint64_t needed =
      (uint64_t{bmp.bits} * static_cast<uint64_t>(bmp.width) + 7) / 8 * static_cast<uint64_t>(bmp.height);
  const bool hopeless = !part.damage || needed / kWorthShowing > file.size();
  if (!runs && needed > file.size() && hopeless)
    return truncated(std::to_string(file.size()) + " bytes cannot hold a picture of this size");
  pixels.resize(part.rect.width, part.rect.height);
  prepare_for_damage(part, pixels);
  return runs ? decode_runs(bmp, file, part, pixels) : decode_plain(bmp, file, part, pixels);
}

}  // namespace

const Decoder kBmpDecoder{Format::kBmp, header, decode};

}  // namespace surefoot::image
