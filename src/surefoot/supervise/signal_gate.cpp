#include "surefoot/supervise/signal_gate.h"

#include <sys/wait.h>
#include <time.h>

#include <cerrno>

namespace surefoot::supervise {

SignalGate::SignalGate() {
  ::sigemptyset(&taken_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCHLD}) {
    struct sigaction now {};
    ::sigaction(signal, nullptr, &now);
    if (signal == SIGCHLD || now.sa_handler != SIG_IGN) ::sigaddset(&taken_, signal);
  }
  ::sigprocmask(SIG_BLOCK, &taken_, &before_);
}

SignalGate::~SignalGate() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

void SignalGate::handle(const siginfo_t& signal, pid_t child) {
  if (signal.si_signo == SIGCHLD) return;
  if (signal.si_signo != SIGWINCH) stop_asked_ = true;
  const bool child_has_it =
      signal.si_code == SI_KERNEL && signal.si_signo != SIGHUP;  // from the terminal, to the foreground group
  if (child > 0 && !child_has_it) ::kill(child, signal.si_signo);
}

int SignalGate::wait_for(pid_t child) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return status;
    siginfo_t signal{};
    if (::sigwaitinfo(&taken_, &signal) > 0) handle(signal, child);
  }
}

bool SignalGate::stop_asked() {
  siginfo_t signal{};
  const timespec at_once{};
  while (::sigtimedwait(&taken_, &signal, &at_once) > 0) handle(signal, 0);
  return stop_asked_;
}

}  // namespace surefoot::supervise
