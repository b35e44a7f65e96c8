#include "surefoot/tensor/large_blocks.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

namespace surefoot::tensor {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

void* map_aligned(size_t bytes) {
  void* mapped = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<uintptr_t>(mapped);
  const uintptr_t aligned = (begin + kHugePage - 1) / kHugePage * kHugePage;
  if (aligned > begin) munmap(mapped, aligned - begin);
  munmap(reinterpret_cast<void*>(aligned + bytes), begin + kHugePage - aligned);
  void* data = reinterpret_cast<void*>(aligned);
  madvise(data, bytes, MADV_HUGEPAGE);  // a hint; without it the block is only slower
  return data;
}

}  // namespace

LargeBlocks::~LargeBlocks() { drop_kept(0); }

LargeBlocks::Block LargeBlocks::take(size_t bytes) {
  const size_t capacity = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  const std::lock_guard lock(mutex_);
  Block block{nullptr, capacity};
  // A kept block may be an eighth too large: what is wasted stays small.
  if (const auto found = kept_.lower_bound(capacity); found != kept_.end() && found->first <= capacity + capacity / 8) {
    block = {found->second, found->first};
    kept_bytes_ -= found->first;
    kept_.erase(found);
  } else {
    const size_t allowed = std::max(most_used_, used_ + capacity);
    drop_kept(allowed - used_ - capacity);
    block.data = map_aligned(capacity);
    if (block.data == nullptr) {
      drop_kept(0);
      block.data = map_aligned(capacity);
    }
    if (block.data == nullptr) return block;
  }
  used_ += block.capacity;
  most_used_ = std::max(most_used_, used_);
  return block;
}

void LargeBlocks::give(Block block) {
  const std::lock_guard lock(mutex_);
  used_ -= block.capacity;
  kept_bytes_ += block.capacity;
  kept_.emplace(block.capacity, block.data);
}

size_t LargeBlocks::release_kept() {
  const std::lock_guard lock(mutex_);
  const size_t kept = kept_bytes_;
  drop_kept(0);
  most_used_ = used_;
  return kept;
}

void LargeBlocks::drop_kept(size_t until_at_most) {
  while (kept_bytes_ > until_at_most) {
    const auto largest = std::prev(kept_.end());
    munmap(largest->second, largest->first);
    kept_bytes_ -= largest->first;
    kept_.erase(largest);
  }
}

}  // namespace surefoot::tensor
