#pragma once
// Activations that wait for the backward in host memory instead of the device's (vDNN, Rhu et al. 2016,
// arXiv:1602.08124): bit-exact, paid for with two copies.
#include <cstdint>
#include <memory>

#include <ATen/core/Tensor.h>

#include "surefoot/tensor/saved_tensor_hooks.h"

namespace surefoot::tensor {

/// While it lives, around a forward, what autograd saves on this thread goes to the host and comes back when the
/// backward takes it (which may be after this object's end): activations on `device` whose storage has at least
/// `min_bytes`; parameters stay. A storage is copied once, however many tensors and views of it are saved, and they
/// share again what comes back. Bit-identical. With nn::recomputed, what that keeps is what goes. Throws
/// c10::OutOfMemoryError where the host has no memory; nothing leaks.
///
/// CPU: to memory that the counting allocator does not count (host_memory.h), so that the path runs without a GPU.
/// CUDA: to pinned memory, without blocking the host; forward and backward are to run on one stream. Meta: only the
/// sizes, for a dry run.
class OffloadSavedTensors {
 public:
  explicit OffloadSavedTensors(at::Device device, uint64_t min_bytes = uint64_t{1} << 20);
  ~OffloadSavedTensors();
  OffloadSavedTensors(const OffloadSavedTensors&) = delete;
  OffloadSavedTensors& operator=(const OffloadSavedTensors&) = delete;

 private:
  std::unique_ptr<SavedTensorPolicy> policy_;
  SavedTensorScope scope_;
};

/// Bytes of saved tensors that wait on the host now, in the whole process.
uint64_t offloaded_bytes();

}  // namespace surefoot::tensor
