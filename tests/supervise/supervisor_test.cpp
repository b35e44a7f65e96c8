// A fake engine dies in every way; signals are real.
#include "surefoot/supervise/supervisor.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "surefoot/base/error.h"
#include "surefoot/base/exit_codes.h"
#include "surefoot/base/lock.h"
#include "surefoot/runs/event_log.h"
#include "testing/temporary_folder.h"

namespace surefoot::supervise {
namespace {

/// Remembers what was slept instead of sleeping.
class QuickClock final : public Clock {
 public:
  double now() const override { return real_clock().now() + slept_; }
  double wall() const override { return real_clock().wall(); }
  void sleep(double seconds) const override { slept_ += seconds; }
  double slept() const { return slept_; }

 private:
  mutable double slept_ = 0;
};

class SupervisorTest : public ::testing::Test {
 protected:
  // A background job of a shell is started with it ignored, and so would be the fake engine.
  void SetUp() override { ::signal(SIGINT, SIG_DFL); }
  int run(const std::string& script, int64_t restarts = 5) {
    ::setenv("RUN", folder_.path().c_str(), 1);
    ::setenv("SCRIPT", script.c_str(), 1);
    return supervise({.program = SUREFOOT_FAKE_ENGINE,
                      .arguments = {"surefoot", "train"},
                      .run = folder_.path(),
                      .resume_command = "surefoot train x",
                      .restarts = restarts,
                      .tell = [this](const std::string& text) { said_ += text; }},
                     real_files(), clock_);
  }
  /// In a process group of its own, as a shell starts it.
  pid_t run_apart(const std::string& script) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::setpgid(0, 0);
      ::_exit(run(script));
    }
    return child;
  }
  void wait_until_ready() {
    for (int i = 0; i < 1000 && !real_files().exists(folder_.path("ready")); ++i) ::usleep(10'000);
    ASSERT_TRUE(real_files().exists(folder_.path("ready")));
  }
  static int exit_code(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  int starts() { return std::atoi(real_files().read(folder_.path("starts")).c_str()); }
  std::vector<runs::Event> events(const std::string& file = "events.jsonl") {
    std::vector<runs::Event> all;
    if (real_files().exists(folder_.path(file)))
      runs::read_events(real_files(), folder_.path(file), [&](const runs::Event& event) { all.push_back(event); });
    return all;
  }

  testing::TemporaryFolder folder_;
  QuickClock clock_;
  std::string said_;
};

TEST_F(SupervisorTest, ReturnsWhatTheEngineDecided) {
  for (const int code : {0, 2, 3, 4, 5, 6, 130}) {
    std::remove(folder_.path("starts").c_str());
    EXPECT_EQ(run("exit-" + std::to_string(code)), code);
    EXPECT_EQ(starts(), 1);
  }
  EXPECT_EQ(said_, "");
  EXPECT_TRUE(events().empty()) << "a run without incidents has no traces of a supervisor";
}

TEST_F(SupervisorTest, EachCrashIsSaidWrittenDownAndMended) {
  const std::pair<const char*, const char*> deaths[] = {{"SEGV", "segfault"},          {"BUS", "bus_error"},
                                                        {"ABRT", "aborted"},           {"KILL", "killed"},
                                                        {"exit-70", "internal_error"}, {"exit-76", "device_lost"}};
  std::string script;
  for (size_t i = 0; i < std::size(deaths); ++i)
    script +=
        "save-" + std::to_string(10 * i + 10) + "+beat-" + std::to_string(10 * i + 13) + "+" + deaths[i].first + " ";
  EXPECT_EQ(run(script + "exit-0", /*restarts=*/1), 0) << said_;
  EXPECT_EQ(starts(), 7);
  const auto all = events();
  ASSERT_EQ(all.size(), 12u);
  const auto book = events("incidents.jsonl");
  ASSERT_EQ(book.size(), 6u);
  for (size_t i = 0; i < std::size(deaths); ++i) {
    const runs::Event& crashed = all[2 * i];
    EXPECT_EQ(crashed.event, "crashed");
    EXPECT_EQ(crashed.text("kind"), deaths[i].second);
    EXPECT_EQ(crashed.step, static_cast<int64_t>(10 * i + 13)) << "as the engine's last beat said";
    EXPECT_EQ(crashed.number("checkpoint"), 10.0 * static_cast<double>(i) + 10);
    EXPECT_EQ(crashed.number("lost_steps"), 3);
    EXPECT_EQ(all[2 * i + 1].event, "restarted");
    EXPECT_EQ(all[2 * i + 1].number("from"), 10.0 * static_cast<double>(i) + 10);
    EXPECT_EQ(book[i].text("kind"), deaths[i].second);
    EXPECT_FALSE(book[i].text("why").empty() || book[i].text("fix").empty());
  }
  EXPECT_NE(said_.find("surefoot: the training process crashed: Segmentation fault (after step 13)"), std::string::npos)
      << said_;
  EXPECT_NE(said_.find("starting again from the checkpoint of step 10"), std::string::npos) << said_;
}

TEST_F(SupervisorTest, AWishToBeStartedAnewIsNoCrash) {
  EXPECT_EQ(run("save-1+exit-75 save-2+exit-75 exit-0", /*restarts=*/0), 0);
  EXPECT_EQ(starts(), 3);
  const auto all = events();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].event, "restarted");
  EXPECT_EQ(all[0].text("reason"), "asked");
  EXPECT_EQ(clock_.slept(), 0) << "it saved before it asked";
}

TEST_F(SupervisorTest, IsBoundedAndExplains) {
  EXPECT_EQ(run("beat-1+SEGV beat-2+SEGV beat-3+SEGV beat-4+SEGV beat-5+SEGV beat-6+SEGV exit-0", 3), kExitGuard);
  EXPECT_EQ(starts(), 4);
  EXPECT_NEAR(clock_.slept(), 0.5 + 1 + 2, 0.3);
  EXPECT_NE(said_.find("SF-GRD-010"), std::string::npos) << said_;
  EXPECT_NE(said_.find("surefoot train x"), std::string::npos) << "how to go on";
  EXPECT_EQ(events("incidents.jsonl").back().event, "stopped");
}

TEST_F(SupervisorTest, ACrashThatRepeatsItselfIsNotRepeatedAgain) {
  EXPECT_EQ(run("save-8+beat-9+ABRT beat-9+ABRT exit-0"), kExitGuard);
  EXPECT_EQ(starts(), 2);
  EXPECT_NE(said_.find("twice after step 9"), std::string::npos) << said_;
}

TEST_F(SupervisorTest, ACrashBeforeTheFirstCheckpointTwiceIsEnough) {
  EXPECT_EQ(run("SEGV"), kExitGuard);
  EXPECT_EQ(starts(), 2);
  EXPECT_NE(said_.find("there is no checkpoint yet"), std::string::npos) << said_;
}

TEST_F(SupervisorTest, AMissingEngineIsSaidOnce) {
  try {
    supervise({.program = folder_.path("nothing"),
               .arguments = {"surefoot"},
               .run = folder_.path(),
               .tell = [](const std::string&) {}},
              real_files(), clock_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kEngineMissing);
  }
}

TEST_F(SupervisorTest, HoldsNoLockWhileTheEngineLives) {
  const pid_t apart = run_apart("last-words");
  wait_until_ready();
  { const FileLock lock(folder_.path(".lock")); }
  ::kill(apart, SIGTERM);
  EXPECT_EQ(exit_code(apart), kExitInterrupted);
}

TEST_F(SupervisorTest, PassesOnWhatWasSentToItAlone) {
  const pid_t apart = run_apart("count-TERM");
  wait_until_ready();
  ::kill(apart, SIGTERM);
  EXPECT_EQ(exit_code(apart), kExitInterrupted);
  EXPECT_EQ(real_files().read(folder_.path("signals")), "x\n");
}

TEST_F(SupervisorTest, AfterARequestToStopNothingIsRestarted) {
  const pid_t apart = run_apart("last-words exit-0");
  wait_until_ready();
  ::kill(apart, SIGINT);  // the fake engine dies of it
  EXPECT_EQ(exit_code(apart), 128 + SIGINT);
  EXPECT_EQ(starts(), 1);
}

TEST_F(SupervisorTest, IfItDiesTheEngineIsAskedToSaveAndEnd) {
  const pid_t apart = run_apart("last-words");
  wait_until_ready();
  ::kill(apart, SIGKILL);
  EXPECT_EQ(exit_code(apart), -SIGKILL);
  for (int i = 0; i < 500 && !real_files().exists(folder_.path("saved")); ++i) ::usleep(10'000);
  EXPECT_TRUE(real_files().exists(folder_.path("saved")));
}

}  // namespace
}  // namespace surefoot::supervise
