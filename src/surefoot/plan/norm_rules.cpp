// Batch norm and layer norm. Statistics are kept in the parameters' type.
#include <ATen/ATen.h>

#include "surefoot/plan/operator_call.h"

namespace surefoot::plan {
namespace {

at::Tensor made(bool wanted, at::IntArrayRef shape, const at::TensorOptions& options) {
  return wanted ? at::empty(shape, options) : at::Tensor();
}

// native_batch_norm(x, weight, bias, running_mean, running_var, training, momentum, eps) -> (y, mean, invstd)
void batch_norm(OperatorCall& call) {
  const at::Tensor x = call.tensor(0), weight = call.tensor(1);
  const bool training = call.argument(5).toBool();
  const auto format = x.suggest_memory_format();
  const auto options = (weight.defined() ? weight : x).options().memory_format(std::nullopt);
  const int64_t channels = training ? x.size(1) : 0;
  const at::Tensor y = at::empty_like(x, x.options().memory_format(format));
  const at::Tensor mean = at::empty({channels}, options), invstd = at::empty({channels}, options);
  const auto sums = hold_meta_bytes(call.on_cpu() ? 4 * x.size(1) * options.dtype().itemsize() : 0);
  call.give({y, mean, invstd});
}

// native_batch_norm_backward(dy, x, weight, ..., train, eps, mask) -> (dx, dweight, dbias)
void batch_norm_backward(OperatorCall& call) {
  const at::Tensor dy = call.tensor(0), x = call.tensor(1), weight = call.tensor(2);
  const auto mask = call.argument(9).toBoolList();
  const auto options = (weight.defined() ? weight : x).options().memory_format(std::nullopt);
  const auto format = x.suggest_memory_format();
  const at::Tensor dx = mask[0] ? at::empty_like(x, x.options().memory_format(format)) : at::Tensor();
  const at::Tensor dweight = made(mask[1], {x.size(1)}, options), dbias = made(mask[2], {x.size(1)}, options);
  // The CPU's kernel makes room for a second dx, and copies what comes in another layout.
  const auto second = hold_meta_bytes(call.on_cpu() && dx.defined() ? static_cast<int64_t>(dx.nbytes()) : 0);
  const bool copies = !dy.is_contiguous(format);
  const auto copy = hold_meta_bytes(copies ? static_cast<int64_t>(dy.nbytes()) : 0);
  call.give({dx, dweight, dbias});
}

// native_layer_norm(x, normalized_shape, weight, bias, eps) -> (y, mean, rstd)
void layer_norm(OperatorCall& call) {
  const at::Tensor x = call.tensor(0), weight = call.tensor(2);
  const auto normalized = call.argument(1).toIntVector();
  std::vector<int64_t> shape(x.sizes().begin(), x.sizes().end());
  for (size_t i = shape.size() - normalized.size(); i < shape.size(); ++i) shape[i] = 1;
  const auto type = weight.defined() ? weight.scalar_type() : at::promote_types(x.scalar_type(), at::kFloat);
  const auto contiguous = hold_meta_bytes(x.is_contiguous() ? 0 : static_cast<int64_t>(x.nbytes()));
  const at::Tensor y = at::empty(x.sizes(), x.options());
  const at::Tensor mean = at::empty(shape, x.options().dtype(type)), rstd = at::empty(shape, x.options().dtype(type));
  call.give({y, mean, rstd});
}

// native_layer_norm_backward(dy, x, normalized_shape, mean, rstd, weight, bias, mask) -> (dx, dweight, dbias)
void layer_norm_backward(OperatorCall& call) {
  const at::Tensor dy = call.tensor(0), x = call.tensor(1), weight = call.tensor(5), bias = call.tensor(6);
  const auto mask = call.argument(7).toBoolList();
  const at::Tensor dx = made(mask[0], x.sizes(), x.options());
  const at::Tensor dweight = mask[1] && weight.defined() ? at::empty_like(weight) : at::Tensor();
  const at::Tensor dbias = mask[2] && bias.defined() ? at::empty_like(bias) : at::Tensor();
  const auto copy = hold_meta_bytes((dy.is_contiguous() ? 0 : static_cast<int64_t>(dy.nbytes())) +
                                    (x.is_contiguous() ? 0 : static_cast<int64_t>(x.nbytes())));
  const bool sums = call.on_cpu() && (dweight.defined() || dbias.defined());
  const auto per_thread =
      hold_meta_bytes(sums ? 2 * call.device().threads * weight.numel() * at::elementSize(weight.scalar_type()) : 0);
  call.give({dx, dweight, dbias});
}

}  // namespace

std::span<const NamedRule> norm_rules() {
  static constexpr NamedRule rules[] = {{"aten::native_batch_norm", batch_norm},
                                        {"aten::native_batch_norm_backward", batch_norm_backward},
                                        {"aten::native_layer_norm", layer_norm},
                                        {"aten::native_layer_norm_backward", layer_norm_backward}};
  return rules;
}

}  // namespace surefoot::plan
