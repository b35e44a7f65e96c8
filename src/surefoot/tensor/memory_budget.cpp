#include "surefoot/tensor/memory_budget.h"

#include <algorithm>
#include <atomic>
#include <string>

#include <c10/core/AllocatorConfig.h>

#include "surefoot/base/error.h"
#include "surefoot/base/units.h"
#include "surefoot/tensor/memory.h"

namespace surefoot::tensor {
namespace {

std::atomic<uint64_t> g_gpu_budget{0};

/// By the setting of PYTORCH_CUDA_ALLOC_CONF: it needs no header of CUDA, and the allocator reads it when it starts.
void limit_gpu(c10::Device device, uint64_t bytes) {
  const double total = static_cast<double>(memory_capacity(device).total_bytes);
  const double share = bytes == 0 ? 1.0 : std::clamp(static_cast<double>(bytes) / total, 0.0, 1.0);
  try {
    c10::CachingAllocator::setAllocatorSettings("per_process_memory_fraction:" + format_number(share));
  } catch (const c10::Error& error) {
    throw Error(ErrorCode::kDevice, "memory.budget cannot be kept on " + device.str(), error.what_without_backtrace(),
                "use libtorch 2.11 or newer, or leave memory.budget empty");
  }
  g_gpu_budget = bytes;
}

}  // namespace

void set_memory_budget(c10::Device device, uint64_t bytes) {
  if (device.is_cpu()) return install_cpu_allocator().set_budget(bytes);
  limit_gpu(device, bytes);
}

uint64_t memory_budget(c10::Device device) {
  return device.is_cpu() ? install_cpu_allocator().budget() : g_gpu_budget.load();
}

}  // namespace surefoot::tensor
