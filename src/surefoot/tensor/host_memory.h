#pragma once
// Tensors in host memory that no device budget counts: copies for checkpoints and snapshots, activations that wait
// there. On the CPU, too: what is kept for safety is not what the training step needs.
#include <cstdint>

#include <ATen/core/Tensor.h>

namespace surefoot::tensor {

/// A dense CPU tensor of this shape, layout and type outside the counted allocator, not initialised. Throws
/// c10::OutOfMemoryError where the system has no memory. Thread-safe.
at::Tensor host_empty_like(const at::Tensor& like);
/// The same, contiguous.
at::Tensor host_empty(at::IntArrayRef sizes, at::ScalarType type);
/// A copy of `source`, from any device, without its autograd history.
at::Tensor host_copy(const at::Tensor& source);
/// Bytes that such tensors hold now.
uint64_t host_memory_bytes();

}  // namespace surefoot::tensor
