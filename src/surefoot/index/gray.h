#pragma once
// One-channel pictures, on which hashes, local features and comparisons work.
#include <cstdint>
#include <vector>

#include "surefoot/image/pixels.h"

namespace surefoot::index {

/// [height, width] uint8 luma, rows without padding.
struct Gray {
  int width = 0, height = 0;
  std::vector<uint8_t> values;
  void resize(int w, int h) { width = w, height = h, values.resize(static_cast<size_t>(w) * static_cast<size_t>(h)); }
  const uint8_t* row(int y) const { return values.data() + static_cast<size_t>(y) * static_cast<size_t>(width); }
  uint8_t* row(int y) { return values.data() + static_cast<size_t>(y) * static_cast<size_t>(width); }
};

/// ITU-R 601 luma as Pillow's convert("L"): (19595 R + 38470 G + 7471 B + 0x8000) >> 16.
void to_gray(const image::Pixels& pixels, Gray& gray);

/// The mean over areas of the source (Pillow's reduce/BOX), to `width` x `height`, neither above the source's.
void shrink_to(const Gray& source, int width, int height, Gray& target);
/// Keeps the aspect; the long side becomes at most `long_side`; never enlarges.
void shrink(const Gray& source, int long_side, Gray& target);

}  // namespace surefoot::index
