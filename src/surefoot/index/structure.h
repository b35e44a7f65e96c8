#pragma once
// Whether anything is on a picture: flat blocks, contrast of areas, correlations that noise does not have.
#include "surefoot/index/gray.h"
#include "surefoot/index/look.h"

namespace surefoot::index {

/// Fills flat_share, coarse_contrast, surface_residual, neighbour_correlation and pattern_correlation. @param variance
/// of the luma
void measure_structure(const Gray& gray, double variance, Look& look);

}  // namespace surefoot::index
