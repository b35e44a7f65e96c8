#pragma once
#include <memory>

#include <c10/core/Device.h>

#include "surefoot/data/loader.h"

namespace surefoot::train {

/// Memory for batches on their way to `device`: pinned for a GPU (so that the copy overlaps with computing), plain
/// otherwise. Thread-safe.
std::unique_ptr<data::BatchAllocator> batch_allocator(c10::Device device);

}  // namespace surefoot::train
