#pragma once
// Memory ran out: what to do about it, rung by rung (memory_ladder.h), so that no batch is lost and, as long as neutral
// rungs suffice, no bit of the result changes.
#include <map>

#include "surefoot/train/memory/memory_ladder.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Tells a shortage of memory that the allocator hides: allocations that only came through after its caches had been
/// given back, in two steps running.
class Thrashing {
 public:
  /// @param retries  of the allocator so far  @return whether it thrashes
  bool after_step(uint64_t retries);

 private:
  uint64_t retries_ = 0;
  bool before_ = false;
};

/// Runs the parts of training that allocate. One thread.
class Recovery {
 public:
  explicit Recovery(Session& session);
  /// The next batch of the training part.
  data::Batch next_batch();
  /// train_step, again and again with less memory until it fits. A shortage leaves no trace of the failed try: graph,
  /// gradients and batch-norm sums are gone before the next. First the caches are given back, then one rung a try.
  /// Throws kOutOfMemory, with the plan that would fit, where nothing is left to give up or memory.recovery is off. The
  /// judge is asked only about a step that has all the memory it needs.
  StepResult step(Trainee& trainee, const data::Batch& batch, const Judge& judge = {});

 private:
  /// Knows in which phase a step is.
  class Phases final : public StepObserver {
   public:
    void entering(Phase phase) override;
    void gradients_ready(double& loss, std::vector<at::Tensor>& gradients) override;
    Phase now = Phase::kLoading;
    StepObserver* next = nullptr;
  };

  /// Runs `part` until it goes through. @param shortage  of what, by the phase it failed in
  template <class Part>
  auto insist(int64_t batch, Part&& part);
  /// One thing done about it. @param tries  failed already, this one included
  void relieve(std::exception_ptr error, int tries, int64_t batch);
  void take(const MemoryAction& action);
  void trial_failed(FootingRecord& record) const;
  void after_quiet_step(int64_t batch);
  void repeat_what_a_killed_run_did();

  Session& session_;
  MemoryLadder ladder_;
  plan::Footing ceiling_;
  Phases phases_;
  Thrashing thrashing_;
  std::map<int64_t, std::vector<runs::Event>> to_repeat_;  // by step, from the log of a killed process
};

}  // namespace surefoot::train
