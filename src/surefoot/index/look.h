#pragma once
// How a picture looks, in numbers: brightness, structure, sharpness. Formulas as in cleanvision where it has one.
#include "surefoot/image/pixels.h"
#include "surefoot/index/gray.h"

namespace surefoot::index {

struct Look {
  // Perceived brightness sqrt(.241 R^2 + .691 G^2 + .068 B^2) / 255, 0..1: percentiles over the pixels.
  double brightness_p1 = 0, brightness_p5 = 0, brightness_mean = 0, brightness_p99 = 0;
  double luma_range = 0;  // p99 - p1 of luma, grey levels
  double entropy = 0;     // of the luma histogram, bits, 0..8
  double color_range =
      0;  // the widest p99 - p1 of the three channels, levels: pictures of equal luma but different hues
  double flat_share = 0;  // share of 8 x 8 blocks that are a plane within 1.5 levels rms, at a long side of 129 to 256
                          // px, after a 3 x 3 median
  double coarse_contrast =
      0;  // standard deviation of the means of 16 x 16 areas beyond what white noise leaves in them, grey levels
  double surface_residual = 0;  // the same around their best quadratic surface: near 0 for colour gradients
  double neighbour_correlation =
      1;  // of luma with its right neighbour, -1..1: near 0 for noise, 1 where nothing varies
  double pattern_correlation =
      0;  // largest absolute correlation of pixels 8 to 24 px apart along an axis: near 0 for noise
  double blur_score =
      0;  // 0 (blurry) .. 1 (sharp): cleanvision's 1 - exp(-0.01 sqrt(var(edges))) with the histogram term
  double edge_variance =
      0;  // of the same 64 px thumbnail's edges; cleanvision's, with the border that Pillow's filter leaves as it is
  double sharpness = 0;  // of the thumbnail: 99th percentile of its 3 x 3 Laplacian within the border over its p99 - p1
                         // of luma; below 0.5 blurry
};

/// Thread-safe. @param gray  of the same picture, full size
Look look_of(const image::Pixels& pixels, const Gray& gray);

}  // namespace surefoot::index
