#pragma once
#include <ATen/ATen.h>

namespace surefoot::tensor {

/// The value of a tensor of one element; waits for the device. Meta tensors, which a dry run works on, have none: 0.
inline double value_of(const at::Tensor& scalar) { return scalar.is_meta() ? 0.0 : scalar.item<double>(); }

}  // namespace surefoot::tensor
