#include "surefoot/cli/engine_interrupt.h"

#include <unistd.h>
#include <csignal>

#include <atomic>

namespace surefoot::cli {
namespace {
std::atomic<int> signals{0};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int) {
  if (signals.fetch_add(1) > 0) ::_exit(130);
  constexpr char kText[] = "\nstopping after this step and saving; once more ends at once without saving\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kText, sizeof kText - 1);
}
}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return signals.load(std::memory_order_relaxed) > 0; }

}  // namespace surefoot::cli
