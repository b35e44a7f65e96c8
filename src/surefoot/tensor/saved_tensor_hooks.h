#pragma once
// What autograd saves for the backward passes through here, so that it can be dropped and computed again
// (nn/recomputed.h) or put elsewhere (saved_tensors.h). PyTorch's own hooks (torch.autograd.graph.saved_tensors_hooks)
// take Python objects; in C++ the engine is the place to ask, and ours is installed before main. It also lets go of the
// graph when a backward throws, which libtorch's does not.
#include <memory>

#include <ATen/core/Tensor.h>

namespace surefoot::tensor {

/// A tensor that was put aside. Not thread-safe, but may be taken on another thread than the one that kept it.
class KeptTensor {
 public:
  virtual ~KeptTensor() = default;
  /// Gives the tensor back, bit-identical, without history. Once.
  virtual at::Tensor take() = 0;
};

/// Decides what becomes of the tensors that autograd saves.
class SavedTensorPolicy {
 public:
  virtual ~SavedTensorPolicy() = default;
  /// @param saved without history, shares the storage of what is saved
  /// @param parameter it is a leaf that takes gradients, or a view of one: it stays alive anyway
  virtual std::unique_ptr<KeptTensor> keep(const at::Tensor& saved, bool parameter) = 0;
};

/// While it lives, `policy` is asked about all that autograd saves on this thread. Scopes nest, the innermost is asked.
class SavedTensorScope {
 public:
  explicit SavedTensorScope(SavedTensorPolicy& policy);
  ~SavedTensorScope();
  SavedTensorScope(const SavedTensorScope&) = delete;
  SavedTensorScope& operator=(const SavedTensorScope&) = delete;

 private:
  SavedTensorPolicy* outer_;
};

/// The innermost policy of this thread, or null.
SavedTensorPolicy* saved_tensor_policy();
/// By holding the tensor itself; `take` aborts if it has been changed in place meanwhile.
std::unique_ptr<KeptTensor> hold_tensor(const at::Tensor& tensor);
/// As `policy` keeps it, or by holding it where that is null.
std::unique_ptr<KeptTensor> keep_tensor(const at::Tensor& tensor, bool parameter, SavedTensorPolicy* policy);

}  // namespace surefoot::tensor
