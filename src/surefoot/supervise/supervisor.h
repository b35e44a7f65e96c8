#pragma once
// The parent of a training run: starts the engine, sees it die, says what happened, starts it again.
#include <functional>
#include <string>
#include <vector>

#include "surefoot/base/clock.h"
#include "surefoot/base/files.h"

namespace surefoot::supervise {

struct SupervisorOptions {
  std::string program;                                // the engine
  std::vector<std::string> arguments;                 // its argv; the same at every start: the engine resumes by itself
  std::string run;                                    // the run folder
  std::string resume_command;                         // for people
  int64_t restarts = 5;                               // without progress in between, see RestartPolicy
  std::function<void(const std::string& text)> tell;  // what goes to stderr
};

/// Runs the engine until it ends by its own decision, is asked to stop, or no restart makes sense.
/// @return the exit code of the process: the engine's own; kExitGuard where restarting was given up; kExitInterrupted
/// where it was asked to stop between two engines. Call from a process with one thread, without the run's lock. Throws
/// kEngineMissing, kRunLocked, kFileWrite.
int supervise(const SupervisorOptions& options, Files& files, const Clock& clock);

}  // namespace surefoot::supervise
