#include "surefoot/index/gray.h"

#include <algorithm>

#include "surefoot/base/wide.h"

namespace surefoot::index {

SUREFOOT_WIDE void to_gray(const image::Pixels& pixels, Gray& gray) {
  gray.resize(pixels.width, pixels.height);
  const uint8_t* from = pixels.rgb.data();
  const size_t count = gray.values.size();
  for (size_t i = 0; i < count; ++i, from += 3) {
    gray.values[i] = static_cast<uint8_t>((19595u * from[0] + 38470u * from[1] + 7471u * from[2] + 0x8000u) >> 16);
  }
}

SUREFOOT_WIDE void shrink_to(const Gray& source, int width, int height, Gray& target) {
  target.resize(width, height);
  // Sums of areas with borders weighted by how much of a pixel falls into the cell: 8 bits of fraction an axis.
  std::vector<uint32_t> line(static_cast<size_t>(source.width));
  for (int y = 0; y < height; ++y) {
    const int64_t top = int64_t{y} * source.height * 256 / height,
                  bottom = int64_t{y + 1} * source.height * 256 / height;
    std::fill(line.begin(), line.end(), 0u);
    for (int64_t at = top; at < bottom;) {
      const int64_t next = std::min(bottom, (at / 256 + 1) * 256);
      const uint8_t* row = source.row(static_cast<int>(at / 256));
      const auto weight = static_cast<uint32_t>(next - at);
      for (int x = 0; x < source.width; ++x) line[static_cast<size_t>(x)] += weight * row[x];
      at = next;
    }
    uint8_t* out = target.row(y);
    for (int x = 0; x < width; ++x) {
      const int64_t left = int64_t{x} * source.width * 256 / width, right = int64_t{x + 1} * source.width * 256 / width;
      uint64_t sum = 0;
      for (int64_t at = left; at < right;) {
        const int64_t next = std::min(right, (at / 256 + 1) * 256);
        sum += static_cast<uint64_t>(next - at) * line[static_cast<size_t>(at / 256)];
        at = next;
      }
      const auto area = static_cast<uint64_t>((bottom - top) * (right - left));
      out[x] = static_cast<uint8_t>((sum + area / 2) / area);
    }
  }
}

void shrink(const Gray& source, int long_side, Gray& target) {
  const int longest = std::max(source.width, source.height);
  if (longest <= long_side) {
    target = source;
    return;
  }
  const auto side = [&](int px) { return std::max(1, (px * long_side + longest / 2) / longest); };
  shrink_to(source, side(source.width), side(source.height), target);
}

}  // namespace surefoot::index
