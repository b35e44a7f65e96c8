#pragma once
// How the engine died, and what that means to a person.
#include <optional>
#include <string>

#include "surefoot/supervise/kernel_news.h"

namespace surefoot::supervise {

/// One death that the engine did not decide, or its wish to be started anew.
struct Crash {
  std::string kind;  // stable: segfault, bus_error, aborted, illegal_instruction, arithmetic_error, forbidden_call,
                     // killed, out_of_memory_kill, device_lost, internal_error, asked
  std::string what, why, fix;  // as in surefoot::Error
  int signal = 0;              // that ended it; 0: none
  int exit_code = 0;           // where no signal did
  bool is_wish() const { return kind == "asked"; }
};

/// What a child's end was, by its wait status and what the kernel told meanwhile. Empty where it ended by its own
/// decision (exit 0..6, 130 and whatever is no sign of a crash) or by a signal that people send to end things (SIGINT,
/// SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, ...).
std::optional<Crash> crash_of(int wait_status, const KernelNews& news);

/// What a shell would call this end: the exit code, or 128 and the signal; what only the two executables say to each
/// other is translated.
int exit_code_of(int wait_status);

}  // namespace surefoot::supervise
