#pragma once
#include <ATen/core/Tensor.h>

namespace surefoot::train {

/// Square roots of the colour histograms (6 levels a channel) of a picture and of its middle quarter: their Euclidean
/// distance is Hellinger's. @param pictures [n, side, side, 3] uint8  @return [n, 432] float
at::Tensor colour_histograms(const at::Tensor& pictures);

}  // namespace surefoot::train
