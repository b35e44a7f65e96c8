#include "surefoot/tensor/host_memory.h"

#include <sys/mman.h>

#include <atomic>

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include "surefoot/base/units.h"
#include "surefoot/tensor/memory.h"

namespace surefoot::tensor {
namespace {

std::atomic<uint64_t> g_bytes{0};

}  // namespace

at::Tensor host_empty_like(const at::Tensor& like) {
  const at::Tensor shape =
      at::empty_like(like, like.options().device(at::kMeta).pinned_memory(false));  // dense strides
  const auto options = at::TensorOptions().dtype(like.scalar_type()).device(at::kCPU);
  const size_t bytes = shape.storage().nbytes();
  if (bytes == 0) return at::empty_strided(shape.sizes(), shape.strides(), options);
  install_cpu_allocator().attempt(bytes);
  // Straight from the kernel and back to it: such copies are large and rare, and must not fragment the heap.
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    TORCH_CHECK_WITH(OutOfMemoryError, false, "the system has no memory for a copy of ", format_bytes(bytes), " (",
                     bytes, " bytes) on the host");
  g_bytes += bytes;
  const auto release = [bytes](void* data) {
    ::munmap(data, bytes);
    g_bytes -= bytes;
  };
  return at::from_blob(memory, shape.sizes(), shape.strides(), release, options);
}

at::Tensor host_empty(at::IntArrayRef sizes, at::ScalarType type) {
  return host_empty_like(at::empty(sizes, at::TensorOptions().dtype(type).device(at::kMeta)));
}

at::Tensor host_copy(const at::Tensor& source) {
  const at::NoGradGuard no_grad;
  const at::Tensor copy = host_empty_like(source);
  copy.copy_(source);
  return copy;
}

uint64_t host_memory_bytes() { return g_bytes; }

}  // namespace surefoot::tensor
