// The watch beside a real training: a simulated card that is heated by the steps themselves, a leak that is one, a
// restart on request. Time passes twenty times as fast for everything that is watched.
#include "surefoot/train/safety/watch.h"

#include <ATen/ATen.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <list>
#include <thread>

#include "surefoot/base/error.h"
#include "surefoot/nn/weights.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/loop.h"
#include "testing/pictures.h"
#include "testing/temporary_folder.h"

namespace surefoot::train {
namespace {

constexpr double kFaster = 20;

class FastClock final : public Clock {
 public:
  double now() const override { return kFaster * real_clock().now(); }
  double wall() const override { return real_clock().wall(); }
  void sleep(double seconds) const override { real_clock().sleep(seconds / kFaster); }
};

/// The driver's library with a card in it, heated by what the steps of a session do, and cooling at all other times.
class SimulatedCard final : public StepObserver {
 public:
  SimulatedCard()
      : library_(::dlopen(SUREFOOT_SIMULATED_NVML, RTLD_NOW)), physics_([this](const std::stop_token& stop) {
          constexpr double kTick = 0.05;
          for (double last = clock_.now(); !stop.stop_requested(); clock_.sleep(kTick)) {
            const double now = clock_.now();
            simulated("simulated_advance", now - std::exchange(last, now), load_.load());
          }
        }) {
    ::setenv("SUREFOOT_NVML", SUREFOOT_SIMULATED_NVML, 1);
  }
  ~SimulatedCard() override {
    physics_ = {};
    ::unsetenv("SUREFOOT_NVML");
    ::dlclose(library_);
  }
  template <typename... Arguments>
  void simulated(const char* name, Arguments... arguments) {
    reinterpret_cast<void (*)(Arguments...)>(::dlsym(library_, name))(arguments...);
  }
  /// A step heats from its first forward until it is judged.
  void entering(Phase phase) override {
    if (phase == Phase::kForward) load_ = 1;
  }
  void gradients_ready(double&, std::vector<at::Tensor>&) override { load_ = 0; }

 private:
  void* library_;
  FastClock clock_;
  std::atomic<double> load_{0};
  std::jthread physics_;
};

class WatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    tensor::install_cpu_allocator();
    testing::write_picture_folder(real_files(), folder_.path("data"), 3, 16, 16);
    for (const char* assignment : {"data.image_size=16", "train.batch=8", "train.batch_norm.group=8",
                                   "train.epochs=1000", "model.name=resnet18", "train.threads=1", "data.workers=1",
                                   "log.tensorboard=false", "train.precision=fp32", "checkpoint.every_steps=0"})
      config::set_assignment(recipe_, assignment);
    config::set_assignment(recipe_, "data.path=" + folder_.path("data"));
  }

  std::unique_ptr<Session> open(const std::string& out, const Clock& clock = real_clock()) {
    std::string finished;
    return open_session({.recipe = recipe_, .out = folder_.path(out)}, real_files(), clock, finished);
  }

  /// Steps with a watch that looks every twentieth of a second, until `enough`.
  void train(Session& s, Watch& watch, const std::function<bool()>& enough) {
    Trainee trainee = s.trainee();
    s.train_loader->seek(s.progress.epoch(), s.progress.step_in_epoch());
    while (!enough()) {
      const StepResult result = train_step(trainee, s.train_loader->next());
      s.step_seen = s.progress.step;
      watch.after_step(result);
    }
  }

  static std::vector<runs::Event> guard_events(Session& s) {
    std::vector<runs::Event> events;
    s.log->flush();
    runs::read_events(s.files, s.folder.events_file(), [&](const runs::Event& event) {
      if (event.event == "guard") events.push_back(event);
    });
    return events;
  }
  static int64_t count(const std::vector<runs::Event>& events, const std::string& advice) {
    return std::count_if(events.begin(), events.end(),
                         [&](const runs::Event& event) { return event.text("advice") == advice; });
  }
  static bool same_weights(const Session& a, const Session& b) {
    const auto left = nn::state_dict(*a.model), right = nn::state_dict(*b.model);
    for (size_t i = 0; i < left.size(); ++i) {
      if (!at::equal(left[i].second, right[i].second)) return false;
    }
    return left.size() == right.size() && !left.empty();
  }

  testing::TemporaryFolder folder_;
  config::Recipe recipe_;
};

TEST_F(WatchTest, HeatIsHeldAndASpikePausesWithoutChangingAWeight) {
  const FastClock clock;
  SimulatedCard card;
  card.simulated("simulated_set", 80.0, 40.0, 60.0, 20.0);  // 100 C if nobody minds, shuts down at 97
  const auto hot = open("hot", clock);
  hot->observer = &card;
  const double began = clock.now();
  {
    Watch watch(*hot, {}, 1 / kFaster);
    train(*hot, watch, [&] { return clock.now() - began > 60; });
    card.simulated("simulated_set", 95.0, 40.0, 60.0, 20.0);
    train(*hot, watch, [&] { return clock.now() - began > 100; });
  }
  hot->writer->wait();
  const auto events = guard_events(*hot);
  EXPECT_GE(count(events, "pause"), 1);
  EXPECT_EQ(count(events, "pause"), count(events, "resume"));
  for (const runs::Event& event : events) {
    EXPECT_EQ(event.text("guard"), "thermal") << event.text("what");
    EXPECT_GT(event.number("celsius"), 30);
  }
  EXPECT_GE(hot->log->counts()["checkpoint"], 1) << "a pause begins with a checkpoint";

  const auto cool = open("cool");
  Watch watch(*cool);
  train(*cool, watch, [&] { return cool->progress.step >= hot->progress.step; });
  EXPECT_TRUE(same_weights(*hot, *cool)) << hot->progress.step << " steps";
}

TEST_F(WatchTest, ARealLeakIsFoundTrimmedAndThreadsAreRenewedWithoutChangingAWeight) {
  const FastClock clock;
  const auto leaky = open("leaky", clock);
  std::atomic<bool> leaks{true};
  std::thread leak([&] {
    std::list<std::vector<char>> kept;
    while (leaks) {
      if (kept.size() < 800) kept.emplace_back(1 << 20, 1);
      real_clock().sleep(0.016);  // 3 MB in a second of the fast clock
    }
  });
  const double began = clock.now();
  {
    Watch watch(*leaky, {}, 1 / kFaster);
    train(*leaky, watch, [&] {
      real_clock().sleep(0.03);  // few steps, to be done again below
      return clock.now() - began > 260 || leaky->log->counts()["guard"] >= 2;
    });
  }
  leaks = false;
  leak.join();
  const auto events = guard_events(*leaky);
  ASSERT_GE(events.size(), 2u);
  EXPECT_EQ(events[0].text("guard"), "leak");
  EXPECT_EQ(events[0].text("advice"), "trim");
  EXPECT_NE(events[0].text("why").find("unattributed"), std::string::npos) << events[0].text("why");
  EXPECT_EQ(events[1].text("advice"), "recycle_workers");

  const auto quiet = open("quiet");
  Watch watch(*quiet);
  train(*quiet, watch, [&] { return quiet->progress.step >= leaky->progress.step; });
  EXPECT_TRUE(same_weights(*leaky, *quiet)) << leaky->progress.step << " steps";
}

TEST_F(WatchTest, ARestartOnRequestEndsTheLoopWithACheckpoint) {
  config::set_assignment(recipe_, "guards.restart_every=7");
  config::set_assignment(recipe_, "train.max_steps=17");
  const auto newest = [&] { return open("run"); };
  for (const int64_t expected : {7, 14}) {
    const auto session = newest();
    EXPECT_EQ(run_loop(*session, {}), LoopEnd::kRestart);
    EXPECT_EQ(session->progress.step, expected);
  }
  const auto last = newest();
  EXPECT_EQ(last->progress.step, 14);
  EXPECT_EQ(run_loop(*last, {}), LoopEnd::kFinished);
  EXPECT_EQ(last->progress.step, 17);

  config::set_assignment(recipe_, "guards.restart_every=0");
  const auto whole = open("whole");
  EXPECT_EQ(run_loop(*whole, {}), LoopEnd::kFinished);
  EXPECT_TRUE(same_weights(*last, *whole));
}

TEST_F(WatchTest, AFaultOfTheHardwareStopsTheRunWithACheckpoint) {
  SimulatedCard card;
  const auto session = open("broken");
  Watch watch(*session, {}, 1 / kFaster);
  card.simulated("simulated_xid", 79);
  try {
    train(*session, watch, [&] { return session->progress.step > 500; });
    FAIL() << "500 steps on a card that is off the bus";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kGuardStop);
    EXPECT_EQ(error.exit_code(), 5);
    EXPECT_NE(error.what_failed().find("bus"), std::string::npos);
  }
  EXPECT_EQ(session->log->counts()["checkpoint"], 1);
}

TEST_F(WatchTest, APauseEndsWhenTheUserAsksToStop) {
  SimulatedCard card;
  card.simulated("simulated_set", 96.0, 96.0, 0.0, 1e6);
  const auto session = open("interrupted");
  std::atomic<bool> interrupted{false};
  Watch watch(*session, [&] { return interrupted.load(); }, 1 / kFaster);
  std::thread user([&] {
    while (session->log->counts()["guard"] == 0) real_clock().sleep(0.02);
    interrupted = true;
  });
  train(*session, watch, [&] { return interrupted.load(); });
  user.join();
  EXPECT_EQ(count(guard_events(*session), "pause"), 1);
}

}  // namespace
}  // namespace surefoot::train
