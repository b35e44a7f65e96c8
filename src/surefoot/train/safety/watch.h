#pragma once
// Watches the machine beside the loop (heat, host memory, disk, stalls) and lets the loop act between steps.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "surefoot/guards/guard_set.h"
#include "surefoot/train/safety/vital_signs.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Starts its thread when built, ends it when destroyed. The methods are for the loop's thread. No number of the run
/// changes: everything is done between two steps. What the guards say and what is done is written as `guard` events.
class Watch {
 public:
  /// @param interrupted  asked while resting, so that a pause can be ended; may be empty
  explicit Watch(Session& session, std::function<bool()> interrupted = {}, double period_seconds = 1);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  /// Between two steps: rests, pauses (after a checkpoint), trims, renews decode threads, as the guards advise. Throws
  /// kGuardStop where they want the run to stop; a checkpoint is saved then.
  void after_step(const StepResult& result);
  void after_epoch();
  /// A guard wants the process to be started anew from a checkpoint, which is the loop's to save.
  bool wants_restart() const { return wants_restart_; }

 private:
  using Advice = guards::Advice;
  void run(double period_seconds);
  void act_alone(const Advice& advice);
  std::vector<Advice> take_pending();
  void apply(const std::vector<Advice>& advice);
  void apply_one(const Advice& advice);
  void pause();
  void rest(double seconds);
  void nap(double seconds);
  void tell(const Advice& advice, std::vector<std::pair<std::string, runs::FieldValue>> more = {});
  [[noreturn]] void stop(const Advice& advice);

  Session& session_;
  std::function<bool()> interrupted_;
  VitalSigns vital_signs_;
  guards::GuardSet guards_;
  double duty_ = 1, rested_ = 0, busy_since_ = 0;  // the loop's
  double rest_untold_ = 0;                         // s of rest that no event has named yet
  uint64_t waited_ns_ = 0;
  bool wants_restart_ = false, resumed_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Advice> pending_;
  bool stop_ = false;
  std::thread thread_;  // last: starts when the rest is ready
};

}  // namespace surefoot::train
