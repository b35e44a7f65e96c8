#include "surefoot/cli/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>

namespace surefoot::cli {
namespace {

constexpr int kSignalled = 1000;

/// The exit status of a process that enters the sandbox and then does `action`; kSignalled + n where signal n ended it.
int outcome_of(const std::function<int()>& action, SandboxLimits limits = {}) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      enter_sandbox(limits);
    } catch (...) {
      ::_exit(99);
    }
    ::_exit(action());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(Sandbox, LetsMemoryAndOpenDescriptorsBe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_EQ(outcome_of([&] {
              void* volatile block = std::malloc(64 << 20);
              if (block == nullptr) return 1;
              std::free(block);
              return ::write(ends[1], "x", 1) == 1 ? 7 : 2;
            }),
            7);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Sandbox, OpensNoFile) {
  EXPECT_EQ(outcome_of([] { return ::open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? 7 : 1; }), 7);
  EXPECT_EQ(outcome_of([] {
              return ::open("/tmp/surefoot-sandbox-escape", O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES ? 7 : 1;
            }),
            7);
}

TEST(Sandbox, StartsNoProcessAndNoProgram) {
  EXPECT_EQ(outcome_of([] { return ::fork() < 0 ? 1 : 2; }), kSignalled + SIGSYS);
  EXPECT_EQ(outcome_of([] { return ::execl("/bin/true", "true", nullptr); }), kSignalled + SIGSYS);
}

TEST(Sandbox, ReachesNoNetworkAndNoOtherProcess) {
  EXPECT_EQ(outcome_of([] { return ::socket(AF_INET, SOCK_STREAM, 0) < 0 ? 1 : 2; }), kSignalled + SIGSYS);
  EXPECT_EQ(outcome_of([] { return ::kill(::getppid(), 0) == 0 ? 1 : 2; }), kSignalled + SIGSYS);
}

TEST(Sandbox, MakesNoMemoryExecutable) {
  EXPECT_EQ(outcome_of([] {
              void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              if (::mprotect(page, 4096, PROT_READ) != 0) return 1;
              return ::mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0 ? 2 : 3;
            }),
            kSignalled + SIGSYS);
  EXPECT_EQ(outcome_of([] {
              return ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
                             MAP_FAILED
                         ? 1
                         : 2;
            }),
            kSignalled + SIGSYS);
}

TEST(Sandbox, CannotBeLoosened) {
  EXPECT_EQ(outcome_of([] {
              const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
              return ::setrlimit(RLIMIT_CPU, &more) == 0 ? 1 : 2;
            }),
            kSignalled + SIGSYS);
}

TEST(Sandbox, EndsWhatLoopsForEver) {
  EXPECT_EQ(outcome_of(
                [] {
                  volatile uint64_t n = 0;
                  while (true) n = n + 1;
                  return 0;
                },
                {.cpu_seconds = 1}),
            kSignalled + SIGXCPU);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(Sandbox, BoundsMemory) {
  EXPECT_EQ(
      outcome_of([] { return std::malloc(size_t{2} << 30) == nullptr ? 7 : 1; }, {.memory_bytes = uint64_t{1} << 30}),
      7);
}
#endif

TEST(SandboxLevel, NamesWhatTookEffect) {
  EXPECT_EQ((SandboxLevel{true, true}.text()), "seccomp+rlimits+landlock");
  EXPECT_EQ((SandboxLevel{true, false}.text()), "seccomp+rlimits");
}

}  // namespace
}  // namespace surefoot::cli
