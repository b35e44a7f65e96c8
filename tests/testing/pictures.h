#pragma once
// Small made-up pictures whose class can be seen: each class has a hue, a stripe direction and a stripe width. No
// encoder is needed: BMP.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/base/philox.h"

namespace surefoot::testing {

/// RGB pixels, [height, width, 3]; a pure function of its arguments.
inline std::vector<uint8_t> draw_pixels(uint64_t seed, int label, uint64_t index, int width, int height) {
  Philox random(seed, Purpose::kSynthetic, static_cast<uint64_t>(label), index);
  const double angle = 0.7 * label, period = 4.0 + 2.0 * (label % 3), phase = random.uniform(0, 6.283);
  const double tint[3] = {0.5 + 0.5 * std::cos(1.3 * label), 0.5 + 0.5 * std::cos(1.3 * label + 2.1),
                          0.5 + 0.5 * std::cos(1.3 * label + 4.2)};
  std::vector<uint8_t> rgb;
  rgb.reserve(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double wave = 0.5 + 0.5 * std::sin(6.283 * (x * std::cos(angle) + y * std::sin(angle)) / period + phase);
      const uint32_t noise = random.next_u32();
      for (int c = 0; c < 3; ++c) {
        const double value = 200 * wave * tint[c] + static_cast<double>(noise >> (8 * c) & 0x3F);
        rgb.push_back(static_cast<uint8_t>(std::clamp(value, 0.0, 255.0)));
      }
    }
  }
  return rgb;
}

/// A BMP file (24 bits, bottom row first).
inline std::string encode_bmp(const std::vector<uint8_t>& rgb, int width, int height) {
  const auto w = static_cast<uint32_t>(width), h = static_cast<uint32_t>(height), stride = (w * 3 + 3) / 4 * 4;
  std::string file = "BM";
  const auto u32 = [&](uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) file += static_cast<char>(value >> shift & 0xFF);
  };
  u32(54 + stride * h), u32(0), u32(54), u32(40), u32(w), u32(h), u32(1 | 24u << 16), u32(0), u32(stride * h),
      u32(2835), u32(2835), u32(0), u32(0);
  for (uint32_t y = h; y-- > 0;) {
    const uint8_t* row = rgb.data() + size_t{y} * w * 3;
    for (uint32_t x = 0; x < w; ++x) {
      for (int c = 2; c >= 0; --c) file += static_cast<char>(row[x * 3 + static_cast<uint32_t>(c)]);
    }
    file.append(stride - w * 3, '\0');
  }
  return file;
}

inline std::string draw_bmp(uint64_t seed, int label, uint64_t index, int width, int height) {
  return encode_bmp(draw_pixels(seed, label, index, width, height), width, height);
}

/// Writes root/class_<label>/<index>.bmp.
inline void write_picture_folder(
    Files& files, const std::string& root, int classes, uint64_t per_class, int side, uint64_t seed = 0) {
  for (int label = 0; label < classes; ++label) {
    const std::string folder = join_path(root, "class_" + std::to_string(label));
    files.make_folder(folder);
    for (uint64_t i = 0; i < per_class; ++i) {
      const auto file = files.create(join_path(folder, std::to_string(i) + ".bmp"));
      file->append(std::string_view(draw_bmp(seed, label, i, side, side)));
      file->close();
    }
  }
}

}  // namespace surefoot::testing
