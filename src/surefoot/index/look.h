#pragma once
// How a picture looks, in numbers: brightness, structure, sharpness. Formulas as in cleanvision where it has one.
#include "surefoot/image/pixels.h"
#include "surefoot/index/gray.h"

namespace surefoot::index {

struct Look {
  // Perceived brightness sqrt(.241 R^2 + .691 G^2 + .068 B^2) / 255, 0..1: percentiles over the pixels.
  double brightness_p1 = 0, brightness_p5 = 0, brightness_mean = 0, brightness_p95 = 0, brightness_p99 = 0;
  double luma_range = 0;   // p99 - p1 of luma, grey levels
  double entropy = 0;      // of the luma histogram, bits, 0..8
  double flat_share = 0;   // share of 8 x 8 blocks that are flat after a 3 x 3 median
  double blur_score = 0;   // 0 (blurry) .. 1 (sharp): cleanvision's 1 - exp(-0.01 sqrt(var(edges))) with the histogram term
  double edge_variance = 0;
  bool gray_content = false;  // R = G = B within 2 levels nearly everywhere
};

/// Thread-safe. @param gray  of the same picture, full size
Look look_of(const image::Pixels& pixels, const Gray& gray);

}  // namespace surefoot::index
