#include "surefoot/image/exif.h"

#include "surefoot/image/decoder.h"

namespace surefoot::image {
namespace {
constexpr uint32_t kOrientationTag = 0x0112, kShort = 3, kLong = 4;
int valid(uint32_t value) { return value >= 1 && value <= 8 ? static_cast<int>(value) : 0; }
}  // namespace

int exif_orientation(std::string_view block) {
  using namespace std::string_view_literals;
  while (block.starts_with("Exif\0\0"sv)) block.remove_prefix(6);
  const bool big = block.starts_with("MM"sv);
  if (!big && !block.starts_with("II"sv)) return 0;
  Bytes bytes(block, big);
  if (bytes.u16(2) != 42) return 0;
  const size_t folder = bytes.u32(4);
  const uint32_t entries = bytes.u16(folder);
  for (uint32_t i = 0; i < entries && bytes.ok(); ++i) {
    const size_t entry = folder + 2 + size_t{i} * 12;
    if (bytes.u16(entry) != kOrientationTag) continue;
    const uint32_t type = bytes.u16(entry + 2), count = bytes.u32(entry + 4);
    if (count != 1 || (type != kShort && type != kLong)) return 0;
    const uint32_t value = type == kShort ? bytes.u16(entry + 8) : bytes.u32(entry + 8);
    return bytes.ok() ? valid(value) : 0;
  }
  return 0;
}

int xmp_orientation(std::string_view packet) {
  static constexpr std::string_view kName = "tiff:Orientation";
  for (size_t at = packet.find(kName); at != packet.npos; at = packet.find(kName, at + 1)) {
    std::string_view rest = packet.substr(at + kName.size());
    // As an attribute, tiff:Orientation="6", or as an element, <tiff:Orientation>6<.
    if (rest.starts_with("=\"") || rest.starts_with("='"))
      rest.remove_prefix(2);
    else if (rest.starts_with(">"))
      rest.remove_prefix(1);
    else
      continue;
    if (!rest.empty() && rest[0] >= '1' && rest[0] <= '8') return rest[0] - '0';
  }
  return 0;
}

}  // namespace surefoot::image
