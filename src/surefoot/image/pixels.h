#pragma once
// Plain pixels: 8-bit RGB, rows without padding.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace surefoot::image {

struct Size {
  int width = 0, height = 0;
  bool operator==(const Size&) const = default;
};

/// A part of a picture in px; [x, x + width) x [y, y + height).
struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Rect&) const = default;
};

/// An owned picture, [height, width, 3] uint8 RGB. Reuses its memory between decodes.
struct Pixels {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;
  void resize(int w, int h) {
    width = w, height = h;
    rgb.resize(static_cast<size_t>(w) * static_cast<size_t>(h) * 3);
  }
  const uint8_t* row(int y) const { return rgb.data() + static_cast<size_t>(y) * static_cast<size_t>(width) * 3; }
  uint8_t* row(int y) { return rgb.data() + static_cast<size_t>(y) * static_cast<size_t>(width) * 3; }
};

}  // namespace surefoot::image
