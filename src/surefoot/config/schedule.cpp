#include "surefoot/config/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace surefoot::config {

Schedule::Schedule(const Recipe& recipe, int64_t steps_per_epoch, int64_t total_steps)
    : schedule_(recipe.schedule), peak_(recipe.optim.lr), total_steps_(std::max<int64_t>(1, total_steps)) {
  warmup_steps_ = schedule_.warmup_steps > 0
                      ? schedule_.warmup_steps
                      : std::llround(schedule_.warmup_epochs * static_cast<double>(steps_per_epoch));
  warmup_steps_ = std::min(warmup_steps_, total_steps_);
}

double Schedule::rate(int64_t step) const {
  if (step < warmup_steps_) {
    const double done = static_cast<double>(step) / static_cast<double>(warmup_steps_);
    return peak_ * (schedule_.warmup_start + (1 - schedule_.warmup_start) * done);
  }
  const int64_t decay_steps = total_steps_ - 1 - warmup_steps_;
  const double done = decay_steps <= 0
                          ? 1.0
                          : std::min(1.0, static_cast<double>(step - warmup_steps_) / static_cast<double>(decay_steps));
  if (schedule_.name == "constant") return peak_;
  const double shape = schedule_.name == "linear" ? 1 - done : 0.5 * (1 + std::cos(std::numbers::pi * done));
  return peak_ * (schedule_.final + (1 - schedule_.final) * shape);
}

}  // namespace surefoot::config
