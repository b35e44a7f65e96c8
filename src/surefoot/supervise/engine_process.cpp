#include "surefoot/supervise/engine_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "surefoot/base/error.h"
#include "surefoot/base/exit_codes.h"

namespace surefoot::supervise {
namespace {

[[noreturn]] void cannot_start(const std::string& program, int error) {
  throw Error(ErrorCode::kEngineMissing, "cannot start " + program, std::strerror(error),
              "build it with scripts/build, or name it with the environment variable SUREFOOT_ENGINE");
}

/// In the child. This program has one thread, so that everything may be called after fork.
[[noreturn]] void become(const std::string& program, char** arguments, pid_t parent, int failure_pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kExitInterrupted);  // it died before the kernel knew our wish
  ::setenv(kSupervisedVariable, "1", /*overwrite=*/1);
  ::execv(program.c_str(), arguments);
  const int error = errno;
  [[maybe_unused]] const auto told = ::write(failure_pipe, &error, sizeof error);
  ::_exit(kExitEnvironment);
}

}  // namespace

pid_t start_engine_process(const std::string& program,
                           const std::vector<std::string>& arguments,
                           const SignalGate& gate,
                           const runs::Heartbeat& heartbeat) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  std::array<int, 2> failure{-1, -1};  // the end to read says whether exec worked: it closes then
  if (::pipe2(failure.data(), O_CLOEXEC) != 0) cannot_start(program, errno);
  const pid_t parent = ::getpid(), child = ::fork();
  if (child == 0) {
    gate.restore_in_child();
    heartbeat.hand_over();
    become(program, pointers.data(), parent, failure[1]);
  }
  int error = child < 0 ? errno : 0;
  ::close(failure[1]);
  if (child > 0 && ::read(failure[0], &error, sizeof error) == sizeof error) ::waitpid(child, nullptr, 0);
  ::close(failure[0]);
  if (error != 0) cannot_start(program, error);
  return child;
}

}  // namespace surefoot::supervise
