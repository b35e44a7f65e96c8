#pragma once
// The last few states of a run in host memory, each proved finite, to go back to.
#include <deque>

#include "surefoot/train/session.h"

namespace surefoot::train {

/// Copies live outside every budgeted allocator (tensor/host_memory.h) and are used again: a full ring allocates
/// nothing. One thread.
class SnapshotRing {
 public:
  explicit SnapshotRing(int64_t capacity) : capacity_(static_cast<size_t>(capacity)) {}
  /// Copies weights, averages, optimiser state and progress; the oldest leaves a full ring. Nothing happens where the
  /// ring has no capacity, or a value is not finite. Throws c10::OutOfMemoryError (the ring is then as it was, or
  /// shorter).
  void take(const Session& session);
  void clear() { drop_after(-1); }
  /// Forgets states of later steps.
  void drop_after(int64_t step);
  /// The newest state of this step or an earlier one; null where there is none.
  const Snapshot* newest_until(int64_t step) const;
  /// Step of the newest; -1 where empty.
  int64_t newest_step() const { return held_.empty() ? -1 : held_.back().progress.step; }
  uint64_t bytes() const;

 private:
  size_t capacity_;
  std::deque<Snapshot> held_;    // oldest first
  std::vector<Snapshot> spare_;  // to be written over
};

}  // namespace surefoot::train
