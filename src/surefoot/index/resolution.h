#pragma once
// How many of the pixels carry detail: effective resolution, and traces of enlargement.
#include <array>

#include "surefoot/index/gray.h"

namespace surefoot::index {

/// Scores above this are called fake: set when the model was made, so that about 1 % of native pictures lie above.
constexpr double kFakeResolutionScore = 0.5;
/// `replication` above this speaks of repeated rows and columns.
constexpr double kReplicationTrace = 0.3;

struct Resolution {
  /// Score that the picture was enlarged or is soft, 0..1: a small network (coefficients: resolution_model.inc, written
  /// by tests/index/resolution_train.py from generated data) over the features of resolution_features.h.
  double score = 0;
  /// Estimate of the true long side over the stored one, 0..1 (1: every pixel counts).
  double effective_share = 1;
  double confidence = 0;  // of effective_share, 0..1
  /// Only where resampling left traces (periodicity of the second difference, replicated rows): Popescu & Farid 2005;
  /// Gallagher 2005.
  bool upscaled = false;
  double trace = 0;  // peak over median of the interpolation spectrum; 0: nothing was measured
  double replication =
      0;  // share of steps between neighbours that are far below those around them (nearest neighbour: 1 - 1 / factor)
};

/// Thread-safe. Pictures under 64 px a side, and those with fewer than three blocks of 64 px that have structure, get
/// score 0 and confidence 0.
/// @param gray full size; up to four parts of 512 x 512 px are looked at; where they look enlarged four times and more,
/// the central
///             2048 x 2048 px once more at a quarter
Resolution resolution_of(const Gray& gray);

}  // namespace surefoot::index
