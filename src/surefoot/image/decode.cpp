#include "surefoot/image/decode.h"

#include <new>

#include "surefoot/base/error.h"
#include "surefoot/image/decoder.h"
#include "surefoot/image/orient.h"

namespace surefoot::image {
namespace {

Outcome no_decoder(std::string_view bytes, Format format) {
  if (format == Format::kUnknown) {
    return {DecodeStatus::kNotAnImage,
            bytes.empty() ? "the file is empty" : "no known picture format begins like this"};
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
