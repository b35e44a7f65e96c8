// Operators that work element by element, and the fused updates.
#include <ATen/ATen.h>

#include <algorithm>

#include "surefoot/plan/operator_call.h"

namespace surefoot::plan {
namespace {

/// The CPU's kernels work in one type: operands of another are converted as a whole first.
void mixed_types(OperatorCall& call) {
  int64_t converted = 0;
  if (call.on_cpu()) {
    auto common = at::ScalarType::Undefined;
    for (size_t i = 0; i < call.arguments(); ++i) {
      const at::Tensor tensor = call.tensor_or_none(i);
      if (!tensor.defined() || tensor.dim() == 0) continue;
      common =
          common == at::ScalarType::Undefined ? tensor.scalar_type() : at::promote_types(common, tensor.scalar_type());
    }
    for (size_t i = 0; i < call.arguments(); ++i) {
      const at::Tensor tensor = call.tensor_or_none(i);
      if (tensor.defined() && tensor.dim() > 0 && tensor.scalar_type() != common)
        converted += tensor.numel() * static_cast<int64_t>(at::elementSize(common));
    }
  }
  const auto copies = hold_meta_bytes(converted);
  call.run();
}

/// 16-bit means are taken of a float copy.
void mean(OperatorCall& call) {
  const at::Tensor x = call.tensor(0);
  const bool half = call.on_cpu() && x.element_size() == 2;
  const auto copy = hold_meta_bytes(half ? x.numel() * 4 : 0);
  call.run();
}

/// (parameters, gradients, ...) in place; libtorch has meta kernels for it in Python only. The CPU's copies gradients
/// that are not contiguous, one after the other.
void fused_update(OperatorCall& call) {
  int64_t copied = 0;
  if (call.on_cpu()) {
    for (const at::Tensor& gradient : call.argument(1).toTensorVector())
      if (!gradient.is_contiguous()) copied = std::max(copied, static_cast<int64_t>(gradient.nbytes()));
  }
  hold_meta_bytes(copied).clear();
  call.give({});
}

}  // namespace

std::span<const NamedRule> elementwise_rules() {
  static constexpr NamedRule rules[] = {{"aten::add", mixed_types},
                                        {"aten::add_", mixed_types},
                                        {"aten::sub", mixed_types},
                                        {"aten::mul", mixed_types},
                                        {"aten::mul_", mixed_types},
                                        {"aten::div", mixed_types},
                                        {"aten::mean", mean},
                                        {"aten::_fused_sgd_", fused_update},
                                        {"aten::_fused_adamw_", fused_update},
                                        {"aten::_fused_adam_", fused_update}};
  return rules;
}

}  // namespace surefoot::plan
