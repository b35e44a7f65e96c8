#pragma once
#include <ATen/core/Tensor.h>

namespace surefoot::tensor {

/// Whether no element is NaN or infinite; true for integers. On the CPU it takes no memory. Thread-safe.
bool all_finite(const at::Tensor& tensor);

}  // namespace surefoot::tensor
