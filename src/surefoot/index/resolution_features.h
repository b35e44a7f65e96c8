#pragma once
// Numbers that tell an enlarged picture from one whose every pixel counts.
#include <array>

#include "surefoot/index/block_spectrum.h"

namespace surefoot::index {

constexpr int kResolutionBands = kSpectrumBands;
constexpr int kResolutionFeatures = 3 * kResolutionBands + 19;

struct ResolutionFeatures {
  /// For the model in resolution_model.inc, in this order:
  /// [0, 3B) log2 power of B frequency bands over that of the lowest one, B = kResolutionBands: median, 85th and
  ///         25th percentile over textured blocks of 64 x 64 px (so that lettering on top, bars and out-of-focus parts
  ///         do not decide);
  /// [3B, 3B+6) log2 power of the lowest band (median) and of the highest (median, 85th percentile), log2 of the
  /// textured blocks (at most
  ///         4), their share, strength of the JPEG comb;
  /// [3B+6, 3B+16) of first, then of second differences: log2 of the traces off the JPEG grid, at 1/2 and at 1/4,
  /// shares of small ones. [3B+16, 3B+19) log2 of the swing of first differences at 1/8, 1/4 and 1/2.
  std::array<float, kResolutionFeatures> values{};
  int blocks = 0;              // textured ones; 0: there is nothing to judge by
  double trace = 0;            // InterpolationTrace::strength
  double trace_frequency = 0;  // of the peak, cycles a pixel, 0..0.5
  double replication =
      0;  // 0..1: share of steps between neighbours that are far below what lies around them, in the better axis
};

/// Thread-safe. Looks at up to four parts of 512 x 512 px. @param gray both sides at least 64 px
ResolutionFeatures resolution_features(const Gray& gray);

}  // namespace surefoot::index
