#include "surefoot/train/pinned_batches.h"

#include <ATen/ATen.h>

#include <map>
#include <mutex>

namespace surefoot::train {
namespace {

class PlainBatches final : public data::BatchAllocator {
 public:
  uint8_t* allocate(size_t bytes) override { return data::plain_batch_allocator().allocate(bytes); }
  void free(uint8_t* memory, size_t bytes) override { data::plain_batch_allocator().free(memory, bytes); }
};

class PinnedBatches final : public data::BatchAllocator {
 public:
  uint8_t* allocate(size_t bytes) override {
    const at::Tensor memory =
        at::empty({static_cast<int64_t>(bytes)}, at::TensorOptions().dtype(at::kByte).pinned_memory(true));
    const std::lock_guard lock(mutex_);
    auto* data = memory.data_ptr<uint8_t>();
    held_[data] = memory;
    return data;
  }
  void free(uint8_t* memory, size_t) override {
    const std::lock_guard lock(mutex_);
    held_.erase(memory);
  }

 private:
  std::mutex mutex_;
  std::map<uint8_t*, at::Tensor> held_;
};

}  // namespace

std::unique_ptr<data::BatchAllocator> batch_allocator(c10::Device device) {
  if (device.is_cuda()) return std::make_unique<PinnedBatches>();
  return std::make_unique<PlainBatches>();
}

}  // namespace surefoot::train
