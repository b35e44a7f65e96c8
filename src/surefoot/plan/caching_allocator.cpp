#include "surefoot/plan/caching_allocator.h"

#include <algorithm>
#include <string>

#include "surefoot/base/error.h"
#include "surefoot/plan/dry_run.h"

namespace surefoot::plan {
namespace {

int64_t round_up(int64_t bytes, int64_t multiple) { return (bytes + multiple - 1) / multiple * multiple; }

}  // namespace

int64_t CachingAllocator::rounded(int64_t bytes) const {
  return round_up(std::max(bytes, rules_.rounding), rules_.rounding);
}

int64_t CachingAllocator::segment_bytes(int64_t bytes) const {
  if (bytes <= rules_.small_limit) return rules_.small_segment;
  if (bytes < rules_.large_limit) return rules_.large_segment;
  return round_up(bytes, rules_.segment_rounding);
}

void CachingAllocator::reserve(int64_t bytes) {
  reserved_ += bytes;
  peak_reserved_ = std::max(peak_reserved_, reserved_);
}

CachingAllocator::Block* CachingAllocator::best_fit(Pool& pool, int64_t bytes) const {
  Block wanted{.bytes = bytes};
  const auto found = pool.free.lower_bound(&wanted);
  return found == pool.free.end() ? nullptr : *found;
}

CachingAllocator::Block& CachingAllocator::add_block(Segment& segment,
                                                     Segment::iterator before,
                                                     int64_t bytes,
                                                     uint64_t order) {
  const auto at = segment.insert(before, {.bytes = bytes, .order = order});
  at->self = at;
  at->segment = &segment;
  return *at;
}

CachingAllocator::Block& CachingAllocator::new_segment(Pool& pool, int64_t bytes) {
  const int64_t size = segment_bytes(bytes);
  reserve(size);
  Segment& segment = pool.segments.emplace_back();
  Block& block = add_block(segment, segment.end(), size, next_address_);
  next_address_ += static_cast<uint64_t>(size);
  pool.free.insert(&block);
  return block;
}

CachingAllocator::Block& CachingAllocator::grow(Pool& pool, int64_t bytes) {
  // Every pool has its own range of addresses, far longer than any card's memory.
  if (pool.segments.empty()) pool.segments.emplace_back();
  Segment& segment = pool.segments.back();
  Block* last = segment.empty() || segment.back().in_use ? nullptr : &segment.back();
  const int64_t page = pool.small ? rules_.small_segment : rules_.large_segment;
  const int64_t pages = round_up(bytes - (last ? last->bytes : 0), page);
  reserve(pages);
  if (last == nullptr) {
    const uint64_t end = segment.empty() ? 0 : segment.back().order + static_cast<uint64_t>(segment.back().bytes);
    last = &add_block(segment, segment.end(), pages, end);
  } else {
    pool.free.erase(last);
    last->bytes += pages;
  }
  pool.free.insert(last);
  return *last;
}

void CachingAllocator::split(Pool& pool, Block& block, int64_t bytes) {
  const int64_t rest = block.bytes - bytes;
  const bool worth_it = pool.small || rules_.expandable_segments ? rest >= rules_.rounding : rest > rules_.small_limit;
  if (!worth_it) return;
  block.bytes = bytes;
  pool.free.insert(&add_block(*block.segment, std::next(block.self), rest, block.order + static_cast<uint64_t>(bytes)));
}

void CachingAllocator::allocate(uint32_t id, int64_t bytes) {
  if (bytes == 0) return;
  const int64_t size = rounded(bytes);
  Pool& pool = size <= rules_.small_limit ? small_ : large_;
  Block* block = best_fit(pool, size);
  if (block == nullptr) block = rules_.expandable_segments ? &grow(pool, size) : &new_segment(pool, size);
  pool.free.erase(block);
  split(pool, *block, size);
  block->in_use = true;
  const bool added = used_.emplace(id, std::pair(block, &pool)).second;
  SUREFOOT_CHECK(added, "allocation " + std::to_string(id) + " is in use");
  allocated_ += block->bytes;
  peak_allocated_ = std::max(peak_allocated_, allocated_);
}

void CachingAllocator::swallow(Pool& pool, Block& block, Segment::iterator neighbour) {
  pool.free.erase(&*neighbour);
  block.bytes += neighbour->bytes;
  block.order = std::min(block.order, neighbour->order);
  block.segment->erase(neighbour);
}

void CachingAllocator::free(uint32_t id) {
  const auto found = used_.find(id);
  if (found == used_.end()) return;  // of no bytes
  const auto [block, pool] = found->second;
  used_.erase(found);
  allocated_ -= block->bytes;
  block->in_use = false;
  Segment& segment = *block->segment;
  if (const auto next = std::next(block->self); next != segment.end() && !next->in_use) swallow(*pool, *block, next);
  if (block->self != segment.begin() && !std::prev(block->self)->in_use) swallow(*pool, *block, std::prev(block->self));
  pool->free.insert(block);
}

void CachingAllocator::release_cached() {
  for (Pool* pool : {&small_, &large_}) {
    for (auto segment = pool->segments.begin(); segment != pool->segments.end();) {
      // Free neighbours are one block, so a segment without tensors is one free block.
      if (segment->size() == 1 && !segment->front().in_use) {
        reserved_ -= segment->front().bytes;
        pool->free.erase(&segment->front());
        segment = pool->segments.erase(segment);
      } else {
        ++segment;
      }
    }
  }
}

int64_t reserved_bytes(const DryRun& run, const AllocatorRules& rules) {
  CachingAllocator allocator(rules);
  for (size_t i = 0; i < run.evaluation_begins && i < run.trace.size(); ++i) {
    if (i == run.second_step_begins) allocator.reset_peaks();
    const auto [allocation, frees] = run.trace[i];
    if (frees) {
      allocator.free(allocation);
    } else {
      allocator.allocate(allocation, run.allocations[allocation].bytes);
    }
  }
  return allocator.peak_reserved_bytes();
}

}  // namespace surefoot::plan
