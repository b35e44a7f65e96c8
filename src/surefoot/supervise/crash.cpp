#include "surefoot/supervise/crash.h"

#include <signal.h>
#include <sys/wait.h>

#include <cstring>

#include "surefoot/base/exit_codes.h"

namespace surefoot::supervise {
namespace {

constexpr const char* kReport =
    "if it happens again, please report it with the run's incidents.jsonl; `surefoot train --no-supervisor` under a "
    "debugger shows where";

struct DeadlySignal {
  int signal;
  const char* kind;
  const char* why;
  const char* fix;
};

constexpr DeadlySignal kDeadly[] = {
    {SIGSEGV, "segfault", "a process touched memory that is not its own: a bug, or faulty memory", kReport},
    {SIGBUS, "bus_error",
     "a file that was mapped became shorter, its disk failed, or a container's shared memory is full",
     "check the disk and /dev/shm, then the data folder"},
    {SIGABRT, "aborted", "a check inside the program or a library failed; its message stands above", kReport},
    {SIGILL, "illegal_instruction", "the processor does not know an instruction of the program",
     "use a build for this processor"},
    {SIGFPE, "arithmetic_error", "a whole number was divided by zero: a bug", kReport},
    {SIGTRAP, "aborted", "a check inside the program or a library failed; its message stands above", kReport},
    {SIGSYS, "forbidden_call", "a sandbox forbade a system call", "allow the call in the container's seccomp profile"},
};

Crash killed(const KernelNews& news) {
  if (news.memory_killed_here || news.memory_killed_somewhere) {
    return {.kind = "out_of_memory_kill",
            .what = "the kernel killed the training process: memory ran out",
            .why = news.memory_killed_here
                       ? "the group of processes (container, job) reached its memory limit; " + news.evidence
                       : "the kernel ended processes of this machine to free memory meanwhile; " + news.evidence,
            .fix = "lower data.workers, data.prefetch or train.batch, set memory.budget, or give the job more memory",
            .signal = SIGKILL};
  }
  return {.kind = "killed",
          .what = "the training process was killed (SIGKILL)",
          .why = "a person or a job scheduler sent it; the kernel's counters name no lack of memory",
          .fix = "look at the scheduler's limits on time and memory",
          .signal = SIGKILL};
}

Crash device_lost(const KernelNews& news, int signal, int exit_code) {
  return {
      .kind = "device_lost",
      .what = "the GPU stopped answering",
      .why = news.device_evidence.empty() ? "its error stands above" : "the kernel log says: " + news.device_evidence,
      .fix = "check power, cooling and seating of the card; `nvidia-smi` and the kernel log tell more",
      .signal = signal,
      .exit_code = exit_code};
}

std::optional<Crash> crash_of_signal(int signal, const KernelNews& news) {
  if (signal == SIGKILL) return killed(news);
  for (const DeadlySignal& deadly : kDeadly) {
    if (deadly.signal != signal) continue;
    if (!news.device_evidence.empty()) return device_lost(news, signal, 0);
    return Crash{.kind = deadly.kind,
                 .what = std::string("the training process crashed: ") + ::strsignal(signal),
                 .why = deadly.why,
                 .fix = deadly.fix,
                 .signal = signal};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Crash> crash_of(int wait_status, const KernelNews& news) {
  if (WIFSIGNALED(wait_status)) return crash_of_signal(WTERMSIG(wait_status), news);
  switch (const int code = WEXITSTATUS(wait_status)) {
    case kExitDeviceLost:
      return device_lost(news, 0, code);
    case kExitInternal:
      return Crash{.kind = "internal_error",
                   .what = "the training process stopped at an internal error",
                   .why = "its message stands above",
                   .fix = kReport,
                   .exit_code = code};
    case kExitRestart:
      return Crash{.kind = "asked",
                   .what = "the training process asked to be started anew",
                   .why = "its reason stands above",
                   .fix = "nothing needs to be done",
                   .exit_code = code};
    default:
      return std::nullopt;
  }
}

int exit_code_of(int wait_status) {
  if (WIFSIGNALED(wait_status)) return 128 + WTERMSIG(wait_status);
  const int code = WEXITSTATUS(wait_status);
  return code == kExitDeviceLost ? kExitEnvironment : code;
}

}  // namespace surefoot::supervise
