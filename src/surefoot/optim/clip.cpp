#include "surefoot/optim/clip.h"

#include <ATen/ATen.h>

#include "surefoot/tensor/value_of.h"

namespace surefoot::optim {
namespace {

at::TensorList list(std::span<const at::Tensor> tensors) { return {tensors.data(), tensors.size()}; }

}  // namespace

double global_grad_norm(std::span<const at::Tensor> gradients) {
  if (gradients.empty()) return 0;
  const at::NoGradGuard no_grad;
  return tensor::value_of(at::linalg_vector_norm(at::stack(at::_foreach_norm(list(gradients), 2)), 2));
}

void clip_(std::span<const at::Tensor> gradients, double max_norm, double norm) {
  const double factor = max_norm / (norm + 1e-6);
  if (factor < 1) scale_(gradients, factor);
}

void scale_(std::span<const at::Tensor> gradients, double factor) {
  if (gradients.empty()) return;
  const at::NoGradGuard no_grad;
  at::_foreach_mul_(list(gradients), factor);
}

}  // namespace surefoot::optim
