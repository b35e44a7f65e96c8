#pragma once
// The preallocated batches and who works on which: everything of the loader that needs a lock.
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "surefoot/base/clock.h"
#include "surefoot/data/loader.h"

namespace surefoot::data {

/// Which pictures batch number `sequence` holds; a pure function of the sequence number, so seeking is O(1).
struct BatchPlan {
  int64_t epoch = 0, step_in_epoch = 0;
  uint64_t first_position = 0;  // in the epoch's order
  int64_t count = 0;            // 0: past the end (evaluation)
};
using Planner = std::function<BatchPlan(uint64_t sequence)>;

/// Memory of one batch and its state. Guarded by the ring's mutex; the arrays are written by the threads that claimed
/// the places.
struct Slot {
  enum class State { kAbsent, kFree, kFilling, kReady, kHeld };  // absent: without memory
  State state = State::kFree;
  uint64_t generation = 0, sequence = 0;
  BatchPlan plan;
  int64_t claimed = 0, done = 0;  // places given out; places finished
  std::exception_ptr error;
  uint8_t* pixels = nullptr;
  std::vector<int64_t> labels;
  std::vector<uint32_t> pictures;
  std::vector<uint8_t> bad;
};

/// A run of neighbouring places of one batch for one thread. `slot` is null where the thread shall end.
struct Claim {
  Slot* slot = nullptr;
  BatchPlan plan;
  int64_t first = 0, count = 0;
  std::exception_ptr error;  // set by the thread before it gives the claim back
};

/// Places are claimed in order (batch by batch), so that all threads fill the batch that is needed next.
/// Lives as long as any batch of it. All methods are thread-safe except next(), which is for one consumer.
class SlotRing : public std::enable_shared_from_this<SlotRing> {
 public:
  SlotRing(
      BatchAllocator& allocator, const Clock& clock, Planner planner, int slots, int64_t batch, size_t picture_bytes);
  ~SlotRing();
  /// Finishes `previous` (empty on the first call), then blocks until thread `thread` has something to do.
  /// @param blocked_ns the time spent waiting is added here
  Claim exchange(Claim previous, int thread, std::atomic<uint64_t>& blocked_ns);
  /// Blocks until the next batch is ready; rethrows what a thread threw while filling it.
  Batch next();
  /// Drops everything that was prefetched.
  void seek(uint64_t sequence);
  /// Holds at most so many batches (>= 1, no more than at the start), giving memory back now or when a batch comes
  /// back, or taking it again. What was prefetched may be dropped; no batch changes. Where the allocator throws, it
  /// holds as many as before or more.
  void set_slots(int slots);
  /// Threads with a number at or above this pause.
  void set_threads(int threads);
  /// Makes exchange() return null slots, until `start`. What was being filled stays.
  void stop();
  void start();
  uint64_t bytes() const;

 private:
  size_t slot_bytes() const { return static_cast<size_t>(batch_) * picture_bytes_; }
  void finish(Claim& claim);
  Slot* slot_to_fill();
  Slot* ready_slot();
  void give_back(Slot& slot);
  void drop_prefetched(uint64_t next_sequence);
  /// Gives memory of free slots back while there are more than wanted.
  void retire();

  BatchAllocator& allocator_;
  const Clock& clock_;
  const Planner planner_;
  const int64_t batch_;
  const size_t picture_bytes_;
  std::vector<Slot> slots_;
  size_t wanted_slots_;
  size_t present_slots_ = 0;  // that have memory
  mutable std::mutex mutex_;
  std::condition_variable work_, ready_;
  uint64_t generation_ = 0;
  uint64_t fill_sequence_ = 0;  // the next batch to start
  uint64_t next_sequence_ = 0;  // the next batch for the consumer
  Slot* filling_ = nullptr;     // has places to give out
  int threads_ = 0;
  bool stopped_ = false;
  std::exception_ptr failed_;
};

}  // namespace surefoot::data
