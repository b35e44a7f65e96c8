#pragma once
// Whether another try makes sense.
#include <cstdint>
#include <string>

namespace surefoot::supervise {

/// What is known of a crash when it is decided.
struct CrashPlace {
  int64_t step = -1;        // optimiser steps done; -1: before training began
  int64_t checkpoint = -1;  // step of the newest checkpoint; -1: none
  bool is_wish = false;     // the engine asked for the restart
};

struct Decision {
  bool restart = false;
  double wait_seconds = 0;
  int64_t attempt = 0;  // restarts without progress, this one included
  std::string why;      // where it does not restart
};

/// Bounded restarts. Progress is a checkpoint newer than at the last crash: it forgets what was before. A wish of the
/// engine that comes with progress is free. Without progress each restart counts, waits twice as long as the one before
/// (0.5 s to 60 s), and the second crash at the very same step is the last: it would only repeat itself.
class RestartPolicy {
 public:
  /// @param limit restarts without progress, >= 0
  explicit RestartPolicy(int64_t limit, int64_t checkpoint) : limit_(limit), checkpoint_(checkpoint) {}
  Decision decide(const CrashPlace& crash);

 private:
  int64_t limit_;
  int64_t checkpoint_;  // the newest at the last crash
  int64_t attempts_ = 0;
  bool crashed_before_ = false;  // since the last progress
  int64_t last_step_ = -1;
};

}  // namespace surefoot::supervise
