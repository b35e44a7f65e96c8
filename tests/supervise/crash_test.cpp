#include "surefoot/supervise/crash.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "surefoot/base/exit_codes.h"

namespace surefoot::supervise {
namespace {

int exited(int code) { return code << 8; }  // as waitpid says it

TEST(Crash, AnEngineThatEndsByItsOwnDecisionIsNone) {
  for (const int code : {0, 1, 2, 3, 4, 5, 6, 127, 130}) {
    EXPECT_FALSE(crash_of(exited(code), {})) << code;
    EXPECT_EQ(exit_code_of(exited(code)), code);
  }
}

TEST(Crash, SignalsThatPeopleEndThingsWithAreNone) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXCPU}) {
    EXPECT_FALSE(crash_of(signal, {})) << signal;
    EXPECT_EQ(exit_code_of(signal), 128 + signal);
  }
}

TEST(Crash, EachDeathHasItsNameAndAWayOut) {
  const std::pair<int, const char*> deaths[] = {{SIGSEGV, "segfault"},
                                                {SIGBUS, "bus_error"},
                                                {SIGABRT, "aborted"},
                                                {SIGILL, "illegal_instruction"},
                                                {SIGFPE, "arithmetic_error"},
                                                {SIGSYS, "forbidden_call"},
                                                {SIGKILL, "killed"},
                                                {exited(kExitInternal), "internal_error"},
                                                {exited(kExitDeviceLost), "device_lost"},
                                                {exited(kExitRestart), "asked"}};
  for (const auto& [status, kind] : deaths) {
    const auto crash = crash_of(status, {});
    ASSERT_TRUE(crash) << kind;
    EXPECT_EQ(crash->kind, kind);
    EXPECT_FALSE(crash->what.empty() || crash->why.empty() || crash->fix.empty()) << kind;
    EXPECT_EQ(crash->is_wish(), std::string(kind) == "asked");
  }
  EXPECT_EQ(exit_code_of(exited(kExitDeviceLost)), kExitEnvironment) << "a number between the two executables alone";
}

TEST(Crash, AKillIsTheKernelsWhereItsCountersRose) {
  KernelNews news;
  news.memory_killed_here = true;
  news.evidence = "the cgroup's oom_kill rose from 0 to 1";
  const auto crash = crash_of(SIGKILL, news);
  EXPECT_EQ(crash->kind, "out_of_memory_kill");
  EXPECT_NE(crash->why.find("from 0 to 1"), std::string::npos);
  EXPECT_EQ(crash_of(SIGSEGV, news)->kind, "segfault") << "memory is not what ended it";
}

TEST(Crash, ALostGpuExplainsWhateverTheProcessDiedOf) {
  KernelNews news;
  news.device_evidence = "NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.";
  const auto crash = crash_of(SIGABRT, news);
  EXPECT_EQ(crash->kind, "device_lost");
  EXPECT_NE(crash->why.find("Xid"), std::string::npos);
}

}  // namespace
}  // namespace surefoot::supervise
