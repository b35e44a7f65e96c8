#include "surefoot/plan/meta_autocast.h"

#include <unordered_set>

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

namespace surefoot::plan {
namespace {

// The lists of ATen/autocast_mode.h, "Autocast op lists"; which operators are on any list is asked of the dispatcher.
bool runs_in_lower_precision(const std::string& op) {
  static const std::unordered_set<std::string> names = {"aten::conv1d",
                                                        "aten::conv2d",
                                                        "aten::conv3d",
                                                        "aten::conv_tbc",
                                                        "aten::conv_transpose1d",
                                                        "aten::_convolution",
                                                        "aten::conv_transpose2d",
                                                        "aten::conv_transpose3d",
                                                        "aten::convolution",
                                                        "aten::bmm",
                                                        "aten::mm",
                                                        "aten::mv",
                                                        "aten::baddbmm",
                                                        "aten::addmm",
                                                        "aten::addmv",
                                                        "aten::addr",
                                                        "aten::addbmm",
                                                        "aten::linear",
                                                        "aten::matmul",
                                                        "aten::einsum",
                                                        "aten::linalg_vecdot",
                                                        "aten::linalg_multi_dot",
                                                        "aten::chain_matmul",
                                                        "aten::prelu",
                                                        "aten::scaled_dot_product_attention",
                                                        "aten::_native_multi_head_attention"};
  return names.contains(op);
}
bool takes_widest_type(const std::string& op) {
  static const std::unordered_set<std::string> names = {
      "aten::stack",     "aten::cat",       "aten::index_copy",  "aten::addcdiv", "aten::addcmul",
      "aten::atan2",     "aten::bilinear",  "aten::cross",       "aten::dot",     "aten::grid_sampler",
      "aten::index_put", "aten::tensordot", "aten::scatter_add", "aten::vdot"};
  return names.contains(op);
}

bool eligible(const at::Tensor& tensor) {
  return tensor.defined() && tensor.is_meta() && tensor.is_floating_point() && tensor.scalar_type() != at::kDouble;
}

at::ScalarType widest_type(const torch::jit::Stack& stack, size_t first, at::ScalarType lower) {
  at::ScalarType widest = lower;
  const auto see = [&](const at::Tensor& tensor) {
    if (eligible(tensor) && tensor.scalar_type() == at::kFloat) widest = at::kFloat;
  };
  for (size_t i = first; i < stack.size(); ++i) {
    if (stack[i].isTensor()) see(stack[i].toTensor());
    if (stack[i].isTensorList()) {
      for (const at::Tensor& tensor : stack[i].toTensorVector()) see(tensor);
    }
  }
  return widest;
}

}  // namespace

at::Tensor MetaAutocast::cast(const at::Tensor& tensor, at::ScalarType to, at::ScalarType lower) {
  if (!eligible(tensor) || tensor.scalar_type() == to) return tensor;
  const bool keep = at::autocast::is_autocast_cache_enabled() && to == lower && tensor.scalar_type() == at::kFloat &&
                    tensor.requires_grad() && tensor.is_leaf() && !tensor.is_view();
  if (!keep) return tensor.to(to);
  const auto found = cache_.find(tensor.unsafeGetTensorImpl());
  if (found != cache_.end()) return found->second.cast;
  at::Tensor made = tensor.to(to);
  cache_.emplace(tensor.unsafeGetTensorImpl(), Entry{tensor, made});
  return made;
}

void MetaAutocast::cast_all(torch::jit::Stack& stack, size_t first, at::ScalarType to, at::ScalarType lower) {
  for (size_t i = first; i < stack.size(); ++i) {
    if (stack[i].isTensor()) {
      stack[i] = cast(stack[i].toTensor(), to, lower);
    } else if (stack[i].isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& tensor : stack[i].toTensorVector()) list.push_back(cast(tensor, to, lower));
      stack[i] = std::move(list);
    }
  }
}

bool MetaAutocast::cast_arguments(const c10::OperatorHandle& op, torch::jit::Stack& stack, at::DeviceType type) {
  if (!at::autocast::is_autocast_enabled(type)) {
    cache_.clear();
    return false;
  }
  if (!op.hasKernelForDispatchKey(at::autocast::get_autocast_dispatch_key_from_device_type(type))) return false;
  const at::ScalarType lower = at::autocast::get_autocast_dtype(type);
  const size_t first = stack.size() - op.schema().arguments().size();
  const std::string& name = op.operator_name().name;
  const at::ScalarType to = runs_in_lower_precision(name) ? lower
                            : takes_widest_type(name)     ? widest_type(stack, first, lower)
                                                          : at::kFloat;
  cast_all(stack, first, to, lower);
  return true;
}

}  // namespace surefoot::plan
