#pragma once
// What tensors cost: a CPU allocator that counts, keeps a budget and can be told to fail; and the same figures for any
// device.
#include <atomic>
#include <cstdint>

#include <ATen/core/Tensor.h>
#include <c10/core/Allocator.h>

namespace surefoot::tensor {

struct MemoryFigures {
  uint64_t live_bytes = 0, peak_bytes = 0;
};

/// Serves every CPU tensor of the process. Counts live and peak bytes, raises c10::OutOfMemoryError above a budget, so
/// that the whole out-of-memory path runs without a GPU. Thread-safe. Memory is 64-byte aligned; each block costs 64
/// bytes more than asked, not counted.
class CountingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override;
  c10::DeleterFnPtr raw_deleter() const override;
  void copy_data(void* target, const void* source, size_t bytes) const override {
    default_copy_data(target, source, bytes);
  }

  MemoryFigures figures() const { return {live_.load(), peak_.load()}; }
  void reset_peak() { peak_ = live_.load(); }
  /// Allocations that would lift the live bytes above this fail; 0: no budget.
  void set_budget(uint64_t bytes) { budget_ = bytes; }
  uint64_t budget() const { return budget_; }
  /// The k-th allocation from now on fails, once (k >= 1); 0: none. For tests.
  void fail_allocation(uint64_t k) { fail_in_ = static_cast<int64_t>(k); }
  /// Allocations tried so far.
  uint64_t allocations() const { return allocations_; }
  /// Counts an allocation that something else serves (host_memory.h), so that `fail_allocation` reaches it as well.
  void attempt(size_t bytes);

 private:
  static void release(void* data);
  void reserve(size_t bytes);

  std::atomic<uint64_t> live_{0}, peak_{0}, budget_{0}, allocations_{0};
  std::atomic<int64_t> fail_in_{0};
};

/// Makes the one CountingAllocator of the process serve all CPU tensors made from now on; idempotent. Call before the
/// first tensor. Also tells malloc to keep large blocks instead of returning them to the kernel at once (page faults
/// cost more than the arithmetic).
CountingAllocator& install_cpu_allocator();

/// Live bytes of tensors on the device, and their peak since `reset_peak`. Zeros for the CPU before
/// `install_cpu_allocator`.
MemoryFigures device_memory(at::Device device);
void reset_peak(at::Device device);
/// Free and total bytes of a GPU, or of the machine (respecting every cgroup limit on the way up) for the CPU.
struct MemoryCapacity {
  uint64_t free_bytes = 0, total_bytes = 0;
};
MemoryCapacity memory_capacity(at::Device device);
/// Gives back what allocators keep for later and no tensor uses.
void free_caches(at::Device device);
/// How often an allocation on the GPU came through only after the caches had been given back: the device is so full
/// that it thrashes. 0 on the CPU.
uint64_t allocation_retries(at::Device device);

}  // namespace surefoot::tensor
