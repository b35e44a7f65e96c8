// A new process every so many steps, for those who know that something leaks.
#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

class ScheduledRestartGuard final : public Guard {
 public:
  explicit ScheduledRestartGuard(int64_t every) : every_(every) {}
  void on_step(const StepFigures&, std::vector<Advice>& advice) override {
    if (++steps_ != every_) return;
    advice.push_back(
        {.kind = Advice::Kind::kRestart,
         .what = "starting the process anew, as asked",
         .why = std::to_string(steps_) + " steps in this process; guards.restart_every is " + std::to_string(every_),
         .fix = "guards.restart_every 0 switches this off",
         .figures = {{"steps", static_cast<double>(steps_)}}});
  }

 private:
  int64_t every_, steps_ = 0;
};

std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  return recipe.guards.restart_every > 0 ? std::make_unique<ScheduledRestartGuard>(recipe.guards.restart_every)
                                         : nullptr;
}

}  // namespace

extern const GuardSpec scheduled_restart_guard;
const GuardSpec scheduled_restart_guard = {"scheduled_restart",
                                           "starts the process anew every guards.restart_every steps",
                                           "a field report: against a leak, a restart every 1,000 steps", make};

}  // namespace surefoot::guards
