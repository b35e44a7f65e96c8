#pragma once
// The learning rate as a pure function of the step: resume is free.
#include <cstdint>

#include "surefoot/config/recipe.h"

namespace surefoot::config {

class Schedule {
 public:
  /// @param steps_per_epoch, total_steps >= 1
  Schedule(const Recipe& recipe, int64_t steps_per_epoch, int64_t total_steps);
  /// Learning rate of optimiser step `step` (0-based); linear from warmup_start to 1 over the warm-up, then the named
  /// decay that reaches `final` at the last step.
  double rate(int64_t step) const;
  int64_t warmup_steps() const { return warmup_steps_; }

 private:
  Recipe::schedule_section schedule_;
  double peak_;
  int64_t warmup_steps_, total_steps_;
};

}  // namespace surefoot::config
