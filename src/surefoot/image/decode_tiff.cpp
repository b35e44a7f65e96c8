// TIFF through libtiff, from memory: the first page, in stored orientation.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>

#include <tiffio.h>

#include "surefoot/image/decoder.h"

namespace surefoot::image {
namespace {

/// The bytes as libtiff's file, and its first error.
struct Source {
  std::string_view bytes;
  uint64_t at = 0;
  bool ended = false;  // something asked for bytes behind the end
  char error[256] = "";
};
Source& of(thandle_t handle) { return *static_cast<Source*>(handle); }

tmsize_t read(thandle_t handle, void* target, tmsize_t count) {
  Source& source = of(handle);
  const uint64_t size = source.bytes.size(), left = source.at < size ? size - source.at : 0;
  const uint64_t got = std::min<uint64_t>(left, static_cast<uint64_t>(count));
  if (got < static_cast<uint64_t>(count)) source.ended = true;
  if (got > 0) std::memcpy(target, source.bytes.data() + source.at, got);
  source.at += got;
  return static_cast<tmsize_t>(got);
}
toff_t seek(thandle_t handle, toff_t offset, int from) {
  Source& source = of(handle);
  source.at = from == SEEK_SET ? offset : from == SEEK_CUR ? source.at + offset : source.bytes.size() + offset;
  return source.at;
}
int map(thandle_t handle, void** base, toff_t* size) {
  Source& source = of(handle);
  *base = const_cast<char*>(source.bytes.data());
  *size = source.bytes.size();
  return 1;
}

/// libtiff's handlers are process-wide but are handed the file: set once, they write into the file's own Source.
void silence() {
  static std::once_flag once;
  std::call_once(once, [] {
    TIFFSetErrorHandler(nullptr);
    TIFFSetWarningHandler(nullptr);
    TIFFSetWarningHandlerExt(nullptr);
    TIFFSetErrorHandlerExt([](thandle_t handle, const char*, const char* format, va_list arguments) {
      if (handle && of(handle).error[0] == 0)
        std::vsnprintf(of(handle).error, sizeof of(handle).error, format, arguments);
    });
  });
}

using File = std::unique_ptr<TIFF, void (*)(TIFF*)>;
File open(Source& source) {
  silence();
  return {TIFFClientOpen(
              "picture", "r", &source, read, [](thandle_t, void*, tmsize_t) { return tmsize_t{0}; }, seek,
              [](thandle_t) { return 0; }, [](thandle_t handle) { return toff_t{of(handle).bytes.size()}; }, map,
              [](thandle_t, void*, toff_t) {}),
          [](TIFF* file) {
            if (file) TIFFClose(file);
          }};
}

Outcome failure(const Source& source) {
  const std::string text = source.error[0] ? source.error : "the picture cannot be read";
  for (const char* sign : {"Read error", "not enough data", "Not enough data", "premature end", "Premature end",
                           "shorter than expected"}) {
    if (text.find(sign) != text.npos) return truncated(text);
  }
  return source.ended ? truncated(text) : corrupt(text);
}

uint16_t tag16(TIFF* file, uint32_t tag, uint16_t fallback) {
  uint16_t value = fallback;
  TIFFGetFieldDefaulted(file, tag, &value);
  return value;
}

Outcome header(std::string_view bytes, Header& header) {
  Source source{bytes};
  const File file = open(source);
  if (!file) return failure(source);
  uint32_t width = 0, height = 0;
  TIFFGetField(file.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(file.get(), TIFFTAG_IMAGELENGTH, &height);
  if (width == 0 || height == 0 || width > INT32_MAX || height > INT32_MAX)
    return corrupt("the header says an impossible size");
  header.stored = {static_cast<int>(width), static_cast<int>(height)};
  const int orientation = tag16(file.get(), TIFFTAG_ORIENTATION, 1);
  header.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
  return {};
}

/// One strip or tile is decoded at a time; it must not be much larger than the picture itself.
bool honest_pieces(TIFF* file, const Header& header) {
  const uint64_t piece = TIFFIsTiled(file) ? TIFFTileSize64(file) : TIFFStripSize64(file);
  const uint64_t pixels = static_cast<uint64_t>(header.stored.width) * static_cast<uint64_t>(header.stored.height);
  return piece > 0 && piece <= pixels * 16 + (uint64_t{1} << 22);
}

/// Pixels of libtiff's raster to RGB over white; it multiplies colours by alpha on its own.
void store(const uint32_t* row, int count, uint8_t* rgb) {
  for (int i = 0; i < count; ++i, rgb += 3) {
    const unsigned rest = 255 - TIFFGetA(row[i]);
    rgb[0] = static_cast<uint8_t>(std::min(255u, TIFFGetR(row[i]) + rest));
    rgb[1] = static_cast<uint8_t>(std::min(255u, TIFFGetG(row[i]) + rest));
    rgb[2] = static_cast<uint8_t>(std::min(255u, TIFFGetB(row[i]) + rest));
  }
}

Outcome decode(std::string_view bytes, const Header& header, const Part& part, Pixels& pixels) {
  Source source{bytes};
  const File file = open(source);
  if (!file) return failure(source);
  if (!honest_pieces(file.get(), header)) return corrupt("a strip or tile is larger than the picture");
  char why[1024] = "";
  TIFFRGBAImage image;
  if (!TIFFRGBAImageOK(file.get(), why)) return unsupported(why);
  if (!TIFFRGBAImageBegin(&image, file.get(), /*stop=*/part.damage ? 0 : 1, why))
    return source.error[0] ? failure(source) : unsupported(why);
  const std::unique_ptr<TIFFRGBAImage, void (*)(TIFFRGBAImage*)> owner(&image, TIFFRGBAImageEnd);
  image.req_orientation = image.orientation;  // no turning here
  const auto width = static_cast<size_t>(header.stored.width), height = static_cast<size_t>(header.stored.height);
  std::vector<uint32_t> raster(width * height);
  const bool ok = TIFFRGBAImageGet(&image, raster.data(), image.width, image.height);
  const bool damaged = !ok || source.error[0];
  if (damaged && !part.damage) return failure(source);
  const Rect& rect = part.rect;
  pixels.resize(rect.width, rect.height);
  prepare_for_damage(part, pixels);
  int lost = 0;
  for (int y = 0; y < rect.height; ++y) {
    // libtiff leaves what it cannot read as it was: zero, which no opaque pixel is.
    const uint32_t* row = raster.data() + static_cast<size_t>(rect.y + y) * width + rect.x;
    const bool missing = damaged && std::all_of(row, row + rect.width, [](uint32_t pixel) { return pixel == 0; });
    if (missing) ++lost;
    if (!missing) store(row, rect.width, pixels.row(y));
  }
  if (part.damage) part.damage->lost_share = static_cast<double>(lost) / rect.height;
  return damaged ? failure(source) : Outcome{};
}

}  // namespace

const Decoder kTiffDecoder{Format::kTiff, header, decode};

}  // namespace surefoot::image
