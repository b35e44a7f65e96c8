// Nothing moves: no step, no batch of an evaluation, no checkpoint. First told; then, because a loop that hangs cannot
// act, the watching thread is asked to end the process so that it is started anew.
#include <algorithm>
#include <deque>

#include "surefoot/base/units.h"
#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

constexpr double kTimesSlowest = 10, kLeastSeconds = 1, kFirstStepSeconds = 1200;
constexpr size_t kSteps = 500;
/// Samples come every second. After a longer gap this process itself was stopped (a suspended laptop, a debugger).
constexpr double kFrozenSeconds = 10;

class StallGuard final : public Guard {
 public:
  explicit StallGuard(double seconds) : seconds_(std::max(seconds, kLeastSeconds)) {}

  void on_step(const StepFigures& figures, std::vector<Advice>&) override {
    step_seconds_.push_back(figures.seconds);
    if (step_seconds_.size() > kSteps) step_seconds_.pop_front();
  }

  void on_second(const Vitals& v, std::vector<Advice>& advice) override {
    if (v.last_progress_t != progress_t_) {
      progress_t_ = v.last_progress_t;
      forgiven_ = 0;
      told_ = asked_ = false;
    }
    if (last_t_ > 0 && v.t - last_t_ > kFrozenSeconds) forgiven_ += v.t - last_t_;
    last_t_ = v.t;
    const double still = v.t - progress_t_ - forgiven_, limit = patience();
    if (still > limit && !told_) tell(still, limit, advice);
    if (still > 2 * limit && !asked_) restart(still, limit, advice);
  }

 private:
  /// s. Longer before the first steps: libraries load, kernels are chosen.
  double patience() const {
    if (step_seconds_.size() < 3) return std::max(seconds_, kFirstStepSeconds);
    std::deque<double> sorted = step_seconds_;
    const auto p99 = sorted.begin() + static_cast<ptrdiff_t>(0.99 * static_cast<double>(sorted.size()));
    std::nth_element(sorted.begin(), p99, sorted.end());
    return std::max(seconds_, kTimesSlowest * *p99);
  }

  void tell(double still, double limit, std::vector<Advice>& advice) {
    told_ = true;
    advice.push_back({.what = "training stands still",
                      .why = "nothing has moved for " + format_duration(still) + "; the limit is " +
                             format_duration(limit) + " (ten times the slowest steps, at least guards.stall_seconds)",
                      .fix = "if it goes on for as long again, the process is started anew from its newest checkpoint",
                      .figures = {{"seconds", still}, {"limit", limit}}});
  }

  void restart(double still, double limit, std::vector<Advice>& advice) {
    asked_ = true;
    advice.push_back(
        {.kind = Advice::Kind::kRestart,
         .what = "training hangs: starting anew from the newest checkpoint",
         .why = "nothing has moved for " + format_duration(still),
         .fix = "look at what the threads wait for: a disk or a network folder that does not answer, or a driver",
         .unreachable = true,
         .figures = {{"seconds", still}, {"limit", limit}}});
  }

  double seconds_, progress_t_ = -1, last_t_ = 0, forgiven_ = 0;
  bool told_ = false, asked_ = false;
  std::deque<double> step_seconds_;
};

std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  return recipe.guards.stall_seconds > 0 ? std::make_unique<StallGuard>(recipe.guards.stall_seconds) : nullptr;
}

}  // namespace

extern const GuardSpec stall_guard;
const GuardSpec stall_guard = {"stall",
                               "tells when nothing moves, with what each thread waits for; then asks for a new start",
                               "ten times the 99th percentile of the step time, at least guards.stall_seconds", make};

}  // namespace surefoot::guards
