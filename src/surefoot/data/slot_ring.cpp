#include "surefoot/data/slot_ring.h"

#include <algorithm>
#include <utility>

namespace surefoot::data {

SlotRing::SlotRing(
    BatchAllocator& allocator, const Clock& clock, Planner planner, int slots, int64_t batch, size_t picture_bytes)
    : allocator_(allocator),
      clock_(clock),
      planner_(std::move(planner)),
      batch_(batch),
      picture_bytes_(picture_bytes),
      slots_(static_cast<size_t>(slots)),
      wanted_slots_(slots_.size()) {
  try {
    for (Slot& slot : slots_) {
      slot.labels.resize(static_cast<size_t>(batch));
      slot.pictures.resize(static_cast<size_t>(batch));
      slot.bad.resize(static_cast<size_t>(batch));
      slot.pixels = allocator_.allocate(slot_bytes());
      ++present_slots_;
    }
  } catch (...) {
    for (const Slot& slot : slots_) {
      if (slot.pixels != nullptr) allocator_.free(slot.pixels, slot_bytes());
    }
    throw;
  }
}

SlotRing::~SlotRing() {
  for (const Slot& slot : slots_) {
    if (slot.pixels != nullptr) allocator_.free(slot.pixels, slot_bytes());
  }
}

uint64_t SlotRing::bytes() const {
  const std::lock_guard lock(mutex_);
  return present_slots_ * slot_bytes();
}

void SlotRing::retire() {
  for (Slot& slot : slots_) {
    if (present_slots_ <= wanted_slots_) return;
    if (slot.state != Slot::State::kFree) continue;
    allocator_.free(slot.pixels, slot_bytes());
    slot.pixels = nullptr;
    slot.state = Slot::State::kAbsent;
    --present_slots_;
  }
}

void SlotRing::set_slots(int slots) {
  const auto wanted = std::clamp<size_t>(static_cast<size_t>(slots), 1, slots_.size());
  std::unique_lock lock(mutex_);
  if (wanted < present_slots_) {
    wanted_slots_ = wanted;
    drop_prefetched(next_sequence_);
  } else {
    wanted_slots_ = std::max(wanted_slots_, present_slots_);  // some may still have been on their way out
  }
  for (Slot& slot : slots_) {
    if (present_slots_ >= wanted) break;
    if (slot.state != Slot::State::kAbsent) continue;
    slot.pixels = allocator_.allocate(slot_bytes());
    slot.state = Slot::State::kFree;
    wanted_slots_ = std::max(wanted_slots_, ++present_slots_);
  }
  work_.notify_all();
}

void SlotRing::finish(Claim& claim) {
  Slot& slot = *claim.slot;
  slot.done += claim.count;
  if (claim.error && !slot.error) slot.error = claim.error;
  if (slot.generation != generation_) {  // a seek dropped this batch while it was being filled
    if (slot.done == slot.claimed) {
      slot.state = Slot::State::kFree;
      retire();
      work_.notify_all();
    }
  } else if (slot.done == slot.plan.count) {
    slot.state = Slot::State::kReady;
    ready_.notify_one();
  }
}

Slot* SlotRing::slot_to_fill() {
  if (filling_ != nullptr) return filling_;
  const BatchPlan plan = planner_(fill_sequence_);
  if (plan.count == 0) return nullptr;
  const auto slot =
      std::find_if(slots_.begin(), slots_.end(), [](const Slot& s) { return s.state == Slot::State::kFree; });
  if (slot == slots_.end()) return nullptr;
  slot->state = Slot::State::kFilling;
  slot->generation = generation_;
  slot->sequence = fill_sequence_++;
  slot->plan = plan;
  slot->claimed = slot->done = 0;
  slot->error = nullptr;
  filling_ = &*slot;
  work_.notify_all();
  return filling_;
}

Claim SlotRing::exchange(Claim previous, int thread, std::atomic<uint64_t>& blocked_ns) {
  std::unique_lock lock(mutex_);
  if (previous.slot != nullptr) finish(previous);
  Slot* slot = nullptr;
  const auto has_work = [&] {
    return stopped_ || (thread < threads_ && !failed_ && (slot = slot_to_fill()) != nullptr);
  };
  while (!has_work()) {
    const bool counts = thread < threads_;  // a thread that the tuner sent to sleep is not blocked
    const double start = clock_.now();
    work_.wait(lock);
    if (counts) blocked_ns.fetch_add(static_cast<uint64_t>((clock_.now() - start) * 1e9), std::memory_order_relaxed);
  }
  if (stopped_) return {};
  // Several places at once keep the lock cold; few enough that all threads share the batch that is needed next.
  const int64_t share = std::clamp<int64_t>(slot->plan.count / (int64_t{4} * threads_), 1, 8);
  Claim claim{slot, slot->plan, slot->claimed, std::min(share, slot->plan.count - slot->claimed), nullptr};
  slot->claimed += claim.count;
  if (slot->claimed == slot->plan.count) filling_ = nullptr;
  return claim;
}

Slot* SlotRing::ready_slot() {
  const auto slot = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& s) {
    return s.state == Slot::State::kReady && s.generation == generation_ && s.sequence == next_sequence_;
  });
  return slot == slots_.end() ? nullptr : &*slot;
}

Batch SlotRing::next() {
  std::unique_lock lock(mutex_);
  if (failed_) std::rethrow_exception(failed_);
  const BatchPlan plan = planner_(next_sequence_);
  Batch batch;
  batch.epoch = plan.epoch;
  batch.step_in_epoch = plan.step_in_epoch;
  if (plan.count == 0) return batch;
  Slot* slot = nullptr;
  ready_.wait(lock, [&] { return (slot = ready_slot()) != nullptr; });
  if (slot->error) {
    failed_ =
        std::exchange(slot->error, nullptr);  // the batch stays unfinished: every later call says the same until a seek
    slot->state = Slot::State::kFree;
    std::rethrow_exception(failed_);
  }
  slot->state = Slot::State::kHeld;
  ++next_sequence_;
  const auto count = static_cast<size_t>(plan.count);
  batch.count = plan.count;
  batch.pixels = slot->pixels;
  batch.labels = std::span(slot->labels).first(count);
  batch.pictures = std::span(slot->pictures).first(count);
  batch.bad = std::span(slot->bad).first(count);
  batch.slot = std::shared_ptr<void>(
      slot, [ring = shared_from_this()](void* held) { ring->give_back(*static_cast<Slot*>(held)); });
  return batch;
}

void SlotRing::give_back(Slot& slot) {
  const std::lock_guard lock(mutex_);
  slot.state = Slot::State::kFree;
  retire();
  work_.notify_all();
}

void SlotRing::seek(uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  drop_prefetched(sequence);
  work_.notify_all();
}

void SlotRing::drop_prefetched(uint64_t sequence) {
  ++generation_;
  fill_sequence_ = next_sequence_ = sequence;
  filling_ = nullptr;
  failed_ = nullptr;
  for (Slot& slot : slots_) {
    const bool idle = slot.state == Slot::State::kFilling && slot.done == slot.claimed;
    if (idle || slot.state == Slot::State::kReady) slot.state = Slot::State::kFree;
  }
  retire();
}

void SlotRing::set_threads(int threads) {
  const std::lock_guard lock(mutex_);
  threads_ = threads;
  work_.notify_all();
}

void SlotRing::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  work_.notify_all();
}

void SlotRing::start() {
  const std::lock_guard lock(mutex_);
  stopped_ = false;
}

}  // namespace surefoot::data
