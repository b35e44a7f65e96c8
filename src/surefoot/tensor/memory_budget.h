#pragma once
#include <cstdint>

#include <c10/core/Device.h>

namespace surefoot::tensor {

/// From now on tensors of the device get no more than this together (above it: c10::OutOfMemoryError); 0: no limit of
/// ours. On a GPU the caching allocator keeps it, and what it reserves counts: call before the first tensor there.
void set_memory_budget(c10::Device device, uint64_t bytes);
/// As set; 0 where there is none.
uint64_t memory_budget(c10::Device device);

}  // namespace surefoot::tensor
