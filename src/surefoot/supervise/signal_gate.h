#pragma once
// Signals of the supervisor, taken one by one instead of in handlers.
#include <signal.h>
#include <sys/types.h>

#include <optional>

namespace surefoot::supervise {

/// While it lives, SIGINT, SIGTERM, SIGHUP (unless ignored, as nohup does), SIGWINCH and SIGCHLD wait until they are
/// taken. One thread; one at a time.
class SignalGate {
 public:
  SignalGate();
  ~SignalGate();
  SignalGate(const SignalGate&) = delete;
  SignalGate& operator=(const SignalGate&) = delete;

  /// Waits for the child's end, and passes on what it did not get itself: a terminal's Ctrl-C reaches the whole group,
  /// a person's `kill` only us.
  /// @return the wait status
  int wait_for(pid_t child);
  /// Whether somebody asked to stop; takes what waits.
  bool stop_asked();
  /// The mask as it was: for a child between fork and exec. Async-signal-safe.
  void restore_in_child() const { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

 private:
  void handle(const siginfo_t& signal, pid_t child);
  sigset_t taken_, before_;
  bool stop_asked_ = false;
};

}  // namespace surefoot::supervise
