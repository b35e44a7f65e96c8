#pragma once
// What each thread of this process is doing, for the report of a stall.
#include <string>
#include <vector>

#include "surefoot/base/files.h"

namespace surefoot::guards {

/// One line a thread: "1234 surefoot-engine: sleeping, waits in futex_wait_queue". Threads in the same state are one
/// line.
/// @param root  before every path, for tests
std::vector<std::string> thread_states(Files& files, const std::string& root = "");

/// The call stack of the process's first thread, innermost call first: the thread is interrupted by a signal and writes
/// it down. Empty where it does not answer within a second (it is inside the kernel). Names are those that the dynamic
/// linker knows; others are "program+0x1234". Not for two threads at once.
std::vector<std::string> main_thread_stack();
/// Loads what main_thread_stack needs, so that nothing is allocated within the signal. Call once before.
void prepare_main_thread_stack();

}  // namespace surefoot::guards
