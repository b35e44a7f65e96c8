#include "surefoot/cli/engine_interrupt.h"

#include <unistd.h>
#include <csignal>

#include <atomic>
#include <cstring>

namespace surefoot::cli {
namespace {
std::atomic<int> signals{0};
std::atomic<const char*> notice{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<const char*>::is_always_lock_free);

void on_signal(int) {
  if (signals.fetch_add(1) > 0) ::_exit(130);
  const char* text = notice.load(std::memory_order_relaxed);
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, std::strlen(text));  // both may be called in a handler
}
}  // namespace

void catch_interrupts(const char* what_happens) {
  notice.store(what_happens, std::memory_order_relaxed);
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return signals.load(std::memory_order_relaxed) > 0; }

}  // namespace surefoot::cli
