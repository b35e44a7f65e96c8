#pragma once
// Antialiased resize as Pillow does it (the filter's support grows when shrinking), in SIMD (Highway).
#include "surefoot/image/pixels.h"

namespace surefoot::image {

enum class Filter { kBilinear, kBicubic };  // bicubic: a = -0.5, as Pillow

/// Resizes the part `box` of `source` (real-valued edges in px, as Pillow's `box=`) to `target` of `width` x `height`, [h, w, 3] uint8, rows without padding.
/// Within one grey level of Pillow's Image.resize(size, resample, box). Thread-safe; scratch memory is thread_local.
void resize(const Pixels& source, double x0, double y0, double x1, double y1, Filter filter, uint8_t* target, int width, int height);

}  // namespace surefoot::image
