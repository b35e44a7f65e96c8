#pragma once
// Antialiased resize as Pillow does it (the filter's support grows when shrinking), in SIMD (Highway).
// Two passes with 8 bits between them, in Pillow's order; weights are 16-bit integers, sums 32-bit ones.
#include "surefoot/image/pixels.h"

namespace surefoot::image {

enum class Filter { kBilinear, kBicubic };  // bicubic: a = -0.5, as Pillow

/// Resizes the part `box` of `source` (real-valued edges in px, as Pillow's `box=`) to `target` of `width` x `height`,
/// [h, w, 3] uint8, rows without padding. Within one grey level of Pillow's Image.resize(size, resample, box).
/// Thread-safe; scratch memory is thread_local.
void resize(const Pixels& source,
            double x0,
            double y0,
            double x1,
            double y1,
            Filter filter,
            uint8_t* target,
            int width,
            int height);

/// One axis of a resize of which only a window is wanted, or of which only a part of the source is at hand.
struct Axis {
  float begin = 0, end = 0;  // this stretch of the whole picture, in px, becomes `outputs` pixels; 32 bits as in Pillow
  int size = 0;              // of the whole picture, px: the filter ends there
  int outputs = 0;
  int first = 0, count = 0;  // the outputs that are computed: [first, first + count)
  bool mirror = false;       // computed outputs in reverse order
  int offset = 0;            // where in the whole picture the pixels at hand begin
};

/// A stretch of source pixels: [begin, end).
struct Stretch {
  int begin = 0, end = 0;
};
/// The pixels of the whole picture that the outputs of `axis` are computed from.
Stretch support(const Axis& axis, Filter filter);

/// Resizes to `target`, [y.count, x.count, 3]. `source` must hold the support of both axes. The pixels are
/// bit-identical to those of a resize of the whole picture that is cut and mirrored afterwards.
void resize(const Pixels& source, const Axis& x, const Axis& y, Filter filter, uint8_t* target);

}  // namespace surefoot::image
