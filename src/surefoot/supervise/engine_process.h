#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

#include "surefoot/runs/heartbeat.h"
#include "surefoot/supervise/signal_gate.h"

namespace surefoot::supervise {

/// Starts the engine as a child: same standard streams, same process group (so that a terminal treats both as one), the
/// signal mask from before the gate, kSupervisedVariable set, `heartbeat` handed over. Should this process die, the
/// child gets SIGTERM: it saves and ends.
/// @param command  the program's path, then its arguments (argv[0] first)
/// Throws kEngineMissing.
pid_t start_engine_process(const std::string& program,
                           const std::vector<std::string>& arguments,
                           const SignalGate& gate,
                           const runs::Heartbeat& heartbeat);

}  // namespace surefoot::supervise
