#include "surefoot/image/examine.h"

#include <new>

#include "surefoot/image/decoder.h"
#include "surefoot/image/orient.h"
#include "surefoot/image/stream_end.h"

namespace surefoot::image {
namespace {

double all_lost(const Outcome& outcome) {
  return outcome.status == DecodeStatus::kTruncated || outcome.status == DecodeStatus::kCorrupt ? 1 : 0;
}

/// Decodes and turns whatever could be decoded.
Outcome decode_all(std::string_view bytes,
                   const DecodeOptions& options,
                   const Decoder& decoder,
                   const Header& header,
                   Pixels& pixels,
                   Damage& damage) {
  const Part part{{0, 0, header.stored.width, header.stored.height}, 1, &damage};
  const int orientation = options.exif_orientation ? header.orientation : 1;
  if (orientation == 1) return decoder.decode(bytes, header, part, pixels);
  Pixels unturned;
  const Outcome outcome = decoder.decode(bytes, header, part, unturned);
  if (damage.has_pixels) turn(unturned, orientation, pixels);
  return outcome;
}

Outcome examine_checked(
    std::string_view bytes, const DecodeOptions& options, Pixels& pixels, Header& header, Damage& damage) {
  const Outcome head = read_header(bytes, options.max_pixels, header);
  const Decoder* decoder = find_decoder(header.format);
  const bool sized = header.stored.width > 0 && header.stored.height > 0;
  if (!decoder || (!head.ok() && !(head.status == DecodeStatus::kTruncated && sized))) {
    damage.lost_share = all_lost(head);
    return head;
  }
  // A header that is cut was not checked to its end.
  if (static_cast<uint64_t>(header.stored.width) * static_cast<uint64_t>(header.stored.height) > options.max_pixels)
    return head;
  const StreamEnd end = find_stream_end(bytes, header.format);
  header.frames = end.frames;
  damage.has_exif = end.has_exif;
  Outcome outcome = decode_all(bytes, options, *decoder, header, pixels, damage);
  if (!damage.has_pixels) damage.lost_share = all_lost(outcome);
  if (end.at < bytes.size()) damage.trailing_bytes = bytes.size() - end.at;
  // Padding to a whole block is nothing to tell.
  const std::string_view tail = bytes.substr(bytes.size() - damage.trailing_bytes);
  if (!tail.empty() && tail.find_first_not_of(tail[0]) == tail.npos) damage.trailing_bytes = 0;
  if (!head.ok()) return head;
  if (outcome.ok() && !end.ended) return truncated("the end mark is missing");
  return outcome;
}

}  // namespace

Outcome examine(std::string_view bytes, const DecodeOptions& options, Pixels& pixels, Header& header, Damage& damage) {
  damage = {};
  try {
    return examine_checked(bytes, options, pixels, header, damage);
  } catch (const std::bad_alloc&) {
    damage.has_pixels = false;
    return {DecodeStatus::kTooLarge, "not enough memory to decode this picture"};
  }
}

}  // namespace surefoot::image
