#pragma once
// Numbers that tell an enlarged picture from one whose every pixel counts.
#include <array>

#include "surefoot/index/block_spectrum.h"

namespace surefoot::index {

constexpr int kResolutionBands = kSpectrumBands;
constexpr int kResolutionFeatures = 3 * kResolutionBands + 12;

struct ResolutionFeatures {
  /// For the model in resolution_model.inc, in this order:
  /// [0, 3B) log2 power of B frequency bands over that of the lowest one, B = kResolutionBands: median, 85th and
  ///         25th percentile over textured blocks of 64 x 64 px (so that lettering on top, bars and out-of-focus parts do not decide);
  /// [3B, 3B+12) log2 power of the lowest band (median) and of the highest (median, 85th percentile), log2 of the textured blocks, their
  ///         share, log2 of the trace off and on the JPEG grid, strength of the JPEG comb, and for first and second differences the share
  ///         of small ones (columns and rows: the smaller, the larger share).
  std::array<float, kResolutionFeatures> values{};
  int blocks = 0;               // textured ones; 0: there is nothing to judge by
  double trace = 0;             // peak over median of the interpolation spectrum, JPEG grid aside (Gallagher 2005; Mahdian & Saic 2008)
  double trace_frequency = 0;   // of the peak, cycles a pixel, 0..0.5
  double replication = 0;       // 0..1: share of steps between neighbours that are far below what lies around them, in the better axis
};

/// Thread-safe. Looks at up to four parts of 512 x 512 px. @param gray both sides at least 64 px
ResolutionFeatures resolution_features(const Gray& gray);

}  // namespace surefoot::index
