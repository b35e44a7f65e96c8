#include "surefoot/supervise/restart_policy.h"

#include <algorithm>
#include <cmath>

namespace surefoot::supervise {
namespace {
constexpr double kFirstWait = 0.5, kLongestWait = 60;  // seconds
}

Decision RestartPolicy::decide(const CrashPlace& crash) {
  const bool progress = crash.checkpoint > checkpoint_;
  checkpoint_ = std::max(checkpoint_, crash.checkpoint);
  if (progress) attempts_ = 0, crashed_before_ = false;
  if (progress && crash.is_wish) return {.restart = true};

  const bool same_step = crashed_before_ && crash.step == last_step_;
  crashed_before_ = true;
  last_step_ = crash.step;
  if (same_step) {
    return {.attempt = attempts_,
            .why = crash.step < 0
                       ? "it crashed twice before the first step"
                       : "it crashed twice after step " + std::to_string(crash.step) + ", so it would again"};
  }
  if (attempts_ >= limit_) {
    return {.attempt = attempts_,
            .why = limit_ == 0 ? std::string("guards.restarts is 0")
                               : std::to_string(attempts_) + " restarts brought no new checkpoint (guards.restarts)"};
  }
  ++attempts_;
  return {.restart = true,
          .wait_seconds = std::min(kLongestWait, kFirstWait * std::exp2(attempts_ - 1)),
          .attempt = attempts_};
}

}  // namespace surefoot::supervise
