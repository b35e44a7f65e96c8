#include "surefoot/cli/engine_interrupt.h"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>

#include "surefoot/base/exit_codes.h"

namespace surefoot::cli {
namespace {

/// A stop that is sent to a whole group of processes arrives twice: from its sender, and passed on by the supervisor.
/// What people type at a terminal arrives once.
constexpr int64_t kSameRequestNs = 1'000'000'000;

std::atomic<int64_t> first_ns{0};  // 0: not asked to stop
std::atomic<const char*> notice{nullptr};
static_assert(std::atomic<int64_t>::is_always_lock_free && std::atomic<const char*>::is_always_lock_free);

void on_signal(int number, siginfo_t* signal, void*) {  // only calls that may be made in a handler
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const int64_t now_ns = static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
  int64_t first = 0;
  if (!first_ns.compare_exchange_strong(first, now_ns)) {
    const bool typed = signal->si_code == SI_KERNEL && number != SIGHUP;
    if (typed || now_ns - first >= kSameRequestNs) ::_exit(kExitAtOnce);
    return;
  }
  const char* text = notice.load(std::memory_order_relaxed);
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

}  // namespace

void catch_interrupts(const char* what_happens) {
  notice.store(what_happens, std::memory_order_relaxed);
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART | SA_SIGINFO;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (signal == SIGHUP && before.sa_handler == SIG_IGN) continue;  // nohup
    ::sigaction(signal, &action, nullptr);
  }
}

bool interrupted() { return first_ns.load(std::memory_order_relaxed) != 0; }

}  // namespace surefoot::cli
