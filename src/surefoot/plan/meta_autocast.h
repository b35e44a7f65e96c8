#pragma once
// Autocast on meta tensors. Libtorch casts tensors of real devices only.
#include <unordered_map>

#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

namespace surefoot::plan {

/// Casts what libtorch's autocast of `type` would cast, with its cache of cast weights. One thread.
class MetaAutocast {
 public:
  /// @return whether the operator is one of autocast's: it is not cast again within
  bool cast_arguments(const c10::OperatorHandle& op, torch::jit::Stack& stack, at::DeviceType type);

 private:
  at::Tensor cast(const at::Tensor& tensor, at::ScalarType to, at::ScalarType lower);
  void cast_all(torch::jit::Stack& stack, size_t first, at::ScalarType to, at::ScalarType lower);

  struct Entry {
    at::Tensor weight, cast;  // the weight is held so that its address stays its own
  };
  std::unordered_map<const c10::TensorImpl*, Entry> cache_;
};

}  // namespace surefoot::plan
