// WebP through libwebp. A part is cut from the full decode: libwebp's own cropping starts at even pixels only.
#include <cstring>
#include <memory>

#include <webp/decode.h>
#include <webp/demux.h>

#include "surefoot/image/decoder.h"
#include "surefoot/image/exif.h"

namespace surefoot::image {
namespace {
using namespace std::string_view_literals;

Outcome status_outcome(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OK:
      return {};
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return truncated("the data end too early");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return unsupported("a feature of WebP that libwebp does not know");
    case VP8_STATUS_OUT_OF_MEMORY:
      return {DecodeStatus::kTooLarge, "not enough memory to decode this picture"};
    default:
      return corrupt("the bit stream is damaged");
  }
}

/// Orientation of the EXIF chunk, else of the XMP chunk.
int orientation(std::string_view bytes) {
  Bytes numbers(bytes);
  int from_xmp = 0;
  for (size_t at = 12; at + 8 <= bytes.size();) {
    const size_t length = numbers.u32(at + 4);
    const std::string_view type = bytes.substr(at, 4);
    if (length > bytes.size() - at - 8) break;
    const std::string_view data = bytes.substr(at + 8, length);
    if (type == "EXIF"sv) {
      if (const int o = exif_orientation(data)) return o;
    } else if (type == "XMP "sv) {
      from_xmp = xmp_orientation(data);
    }
    at += 8 + length + (length & 1);
  }
  return from_xmp ? from_xmp : 1;
}

Outcome header(std::string_view bytes, Header& header) {
  const size_t riff_bytes = size_t{Bytes(bytes).u32(4)} + 8;
  WebPBitstreamFeatures features;
  const auto status = WebPGetFeatures(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), &features);
  if (status != VP8_STATUS_OK) return status_outcome(status);
  header.stored = {features.width, features.height};
  header.orientation = orientation(bytes);
  if (riff_bytes > bytes.size()) {
    return truncated("the data end after " + std::to_string(bytes.size()) + " of " + std::to_string(riff_bytes) +
                     " bytes");
  }
  return {};
}

/// The rows that libwebp can give of a damaged still picture.
void rescue_rows(std::string_view bytes, Pixels& pixels, Damage& damage) {
  const auto free_decoder = [](WebPIDecoder* decoder) { WebPIDelete(decoder); };
  const std::unique_ptr<WebPIDecoder, decltype(free_decoder)> decoder(WebPINewRGB(MODE_RGB, nullptr, 0, 0),
                                                                      free_decoder);
  int rows = 0, width = 0, height = 0, stride = 0;
  if (decoder) WebPIAppend(decoder.get(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  const uint8_t* rgb = decoder ? WebPIDecGetRGB(decoder.get(), &rows, &width, &height, &stride) : nullptr;
  if (!rgb || width != pixels.width || height != pixels.height) rows = 0;
  for (int y = 0; y < rows; ++y)
    std::memcpy(pixels.row(y), rgb + static_cast<ptrdiff_t>(y) * stride, static_cast<size_t>(width) * 3);
  damage.lost_share = 1 - static_cast<double>(rows) / pixels.height;
}

/// Decodes one frame into RGBA or RGB and lays its part of `rect` on `pixels`, over white. @param x, y where the frame
/// lies
Outcome decode_frame(const uint8_t* data, size_t size, int x, int y, const Rect& rect, Pixels& pixels) {
  WebPBitstreamFeatures features;
  if (const auto status = WebPGetFeatures(data, size, &features); status != VP8_STATUS_OK)
    return status_outcome(status);
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return corrupt("libwebp does not fit its header");
  config.output.colorspace = features.has_alpha ? MODE_RGBA : MODE_RGB;
  const bool whole = x == 0 && y == 0 && rect == Rect{0, 0, features.width, features.height};
  if (whole && !features.has_alpha) {
    config.output.is_external_memory = 1;
    config.output.u.RGBA = {pixels.rgb.data(), features.width * 3, pixels.rgb.size()};
  }
  const auto status = WebPDecode(data, size, &config);
  const std::unique_ptr<WebPDecBuffer, void (*)(WebPDecBuffer*)> owner(&config.output, WebPFreeDecBuffer);
  if (status != VP8_STATUS_OK) return status_outcome(status);
  if (config.output.is_external_memory) return {};
  const int left = std::max(rect.x, x), right = std::min(rect.x + rect.width, x + features.width);
  const int top = std::max(rect.y, y), bottom = std::min(rect.y + rect.height, y + features.height);
  const size_t channels = features.has_alpha ? 4 : 3;
  for (int row = top; row < bottom && left < right; ++row) {
    const uint8_t* from = config.output.u.RGBA.rgba +
                          static_cast<size_t>(row - y) * static_cast<size_t>(config.output.u.RGBA.stride) +
                          static_cast<size_t>(left - x) * channels;
    uint8_t* to = pixels.row(row - rect.y) + static_cast<size_t>(left - rect.x) * 3;
    if (features.has_alpha)
      rgba_to_rgb(from, to, right - left);
    else
      std::memcpy(to, from, static_cast<size_t>(right - left) * 3);
  }
  return {};
}

Outcome decode(std::string_view bytes, const Header&, const Part& part, Pixels& pixels) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  WebPBitstreamFeatures features;
  if (const auto status = WebPGetFeatures(data, bytes.size(), &features); status != VP8_STATUS_OK)
    return status_outcome(status);
  pixels.resize(part.rect.width, part.rect.height);
  prepare_for_damage(part, pixels);
  if (!features.has_animation) {
    const Outcome outcome = decode_frame(data, bytes.size(), 0, 0, part.rect, pixels);
    if (!outcome.ok() && part.damage) rescue_rows(bytes, pixels, *part.damage);
    return outcome;
  }
  std::fill(pixels.rgb.begin(), pixels.rgb.end(), uint8_t{255});
  const WebPData all{data, bytes.size()};
  const std::unique_ptr<WebPDemuxer, void (*)(WebPDemuxer*)> demuxer(WebPDemux(&all), WebPDemuxDelete);
  WebPIterator frame;
  if (!demuxer || !WebPDemuxGetFrame(demuxer.get(), 1, &frame)) return corrupt("no frame of the animation can be read");
  const std::unique_ptr<WebPIterator, void (*)(WebPIterator*)> owner(&frame, WebPDemuxReleaseIterator);
  Outcome outcome =
      decode_frame(frame.fragment.bytes, frame.fragment.size, frame.x_offset, frame.y_offset, part.rect, pixels);
  if (!outcome.ok() && part.damage) part.damage->lost_share = 1;
  return outcome;
}

}  // namespace

const Decoder kWebpDecoder{Format::kWebp, header, decode};

}  // namespace surefoot::image
