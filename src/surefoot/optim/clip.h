#pragma once
// The size of a gradient, and keeping it in bounds. Pascanu et al. 2013.
#include <span>

#include <ATen/core/Tensor.h>

namespace surefoot::optim {

/// L2 norm over all elements of all tensors, as torch.nn.utils.get_total_norm: the norm of the norms. NaN or infinity
/// where one is. Waits for the device.
double global_grad_norm(std::span<const at::Tensor> gradients);
/// Multiplies all by min(1, max_norm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_. @param norm their global norm
void clip_(std::span<const at::Tensor> gradients, double max_norm, double norm);
/// Multiplies all by `factor`, in place.
void scale_(std::span<const at::Tensor> gradients, double factor);

}  // namespace surefoot::optim
