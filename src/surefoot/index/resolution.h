#pragma once
// How many of the pixels carry detail: effective resolution, and traces of enlargement.
#include <array>

#include "surefoot/index/gray.h"

namespace surefoot::index {

struct Resolution {
  /// Logistic score that the picture was enlarged or is soft, 0..1; from the features below (coefficients: resolution_model.inc, made by
  /// tests' own training script from generated data).
  double score = 0;
  /// Estimate of the true long side over the stored one, 0..1 (1: every pixel counts).
  double effective_share = 1;
  double confidence = 0;  // of effective_share, 0..1
  /// Only where resampling left traces (periodicity of the second difference, replicated rows): Popescu & Farid 2005; Gallagher 2005.
  bool upscaled = false;
  double trace = 0;       // peak over median of the interpolation spectrum
  double replication = 0; // share of equal neighbours beyond chance (nearest neighbour)
};

/// Thread-safe. Pictures under 64 px a side get score 0, confidence 0. @param gray full size; a central part of at most
/// 1024 x 1024 px is looked at (parts of several places where the picture is larger).
Resolution resolution_of(const Gray& gray);

}  // namespace surefoot::index
