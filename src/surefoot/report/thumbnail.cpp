#include "surefoot/report/thumbnail.h"

#include <algorithm>
#include <string_view>

#include "surefoot/image/encode_jpeg.h"
#include "surefoot/report/html.h"

namespace surefoot::report {
namespace {

constexpr std::string_view kPrefix = "data:image/jpeg;base64,";

/// Mean over the source pixels of each target pixel.
image::Pixels shrunk(const image::Pixels& in, int width, int height) {
  image::Pixels out;
  out.resize(width, height);
  for (int y = 0; y < height; ++y) {
    const int y0 = static_cast<int>(int64_t{y} * in.height / height),
              y1 = std::max(y0 + 1, static_cast<int>(int64_t{y + 1} * in.height / height));
    for (int x = 0; x < width; ++x) {
      const int x0 = static_cast<int>(int64_t{x} * in.width / width),
                x1 = std::max(x0 + 1, static_cast<int>(int64_t{x + 1} * in.width / width));
      for (int c = 0; c < 3; ++c) {
        uint64_t sum = 0;
        for (int sy = y0; sy < y1; ++sy) {
          for (int sx = x0; sx < x1; ++sx) sum += in.row(sy)[3 * sx + c];
        }
        const auto area = static_cast<uint64_t>(y1 - y0) * static_cast<uint64_t>(x1 - x0);
        out.row(y)[3 * x + c] = static_cast<uint8_t>((sum + area / 2) / area);
      }
    }
  }
  return out;
}

}  // namespace

std::string thumbnail(const image::Pixels& pixels, int side, int quality) {
  if (pixels.width <= 0 || pixels.height <= 0) return "";
  const int longest = std::max(pixels.width, pixels.height), target = std::min(side, longest);
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(int64_t{length} * target / longest)); };
  const image::Pixels small = shrunk(pixels, scaled(pixels.width), scaled(pixels.height));
  return std::string(kPrefix) + base64(image::encode_jpeg(small, quality));
}

bool is_thumbnail(const std::string& uri) {
  return uri.starts_with(kPrefix) &&
         uri.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=", kPrefix.size()) ==
             std::string::npos;
}

}  // namespace surefoot::report
