#include <gtest/gtest.h>

#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

using Kind = Advice::Kind;

struct Progress {
  std::unique_ptr<Guard> guard = find_guard("stall").make(config::Recipe());
  std::vector<std::pair<double, Advice>> told;
  void steps(int count, double seconds) {
    std::vector<Advice> none;
    for (int i = 0; i < count; ++i) guard->on_step({.seconds = seconds}, none);
  }
  void second(double t, double last_progress_t) {
    Vitals vitals;
    vitals.t = t;
    vitals.last_progress_t = last_progress_t;
    std::vector<Advice> advice;
    guard->on_second(vitals, advice);
    for (Advice& each : advice) told.emplace_back(t, std::move(each));
  }
};

TEST(StallGuard, TellsAfterAMinuteThenAsksTheWatcherToAct) {
  Progress run;
  run.steps(100, 0.5);
  for (double t = 1; t < 200; ++t) run.second(t, 1);
  ASSERT_EQ(run.told.size(), 2u);
  EXPECT_EQ(run.told[0].second.kind, Kind::kTell);
  EXPECT_NEAR(run.told[0].first, 61, 2);
  EXPECT_EQ(run.told[1].second.kind, Kind::kRestart);
  EXPECT_TRUE(run.told[1].second.unreachable);
  EXPECT_NEAR(run.told[1].first, 121, 2);
}

TEST(StallGuard, SlowStepsGetTenTimesTheirTime) {
  Progress run;
  run.steps(100, 20);
  for (double t = 1; t < 199; ++t) run.second(t, 1);
  EXPECT_TRUE(run.told.empty());
  for (double t = 199; t < 210; ++t) run.second(t, 1);
  EXPECT_EQ(run.told.size(), 1u);
}

TEST(StallGuard, TheFirstStepsMayTakeTwentyMinutes) {
  Progress run;
  for (double t = 1; t < 1190; ++t) run.second(t, 1);
  EXPECT_TRUE(run.told.empty());
  for (double t = 1190; t < 1210; ++t) run.second(t, 1);
  EXPECT_EQ(run.told.size(), 1u);
}

TEST(StallGuard, ALaptopThatSleptIsNoStall) {
  Progress run;
  run.steps(100, 0.5);
  for (double t = 1; t < 30; ++t) run.second(t, t);
  run.second(8 * 3600, 29);
  for (double t = 8 * 3600; t < 8 * 3600 + 20; ++t) run.second(t, 29);
  EXPECT_TRUE(run.told.empty());
}

TEST(StallGuard, ProgressEndsIt) {
  Progress run;
  run.steps(100, 0.5);
  for (double t = 1; t < 100; ++t) run.second(t, 1);
  for (double t = 100; t < 1000; ++t) run.second(t, t - 1);
  EXPECT_EQ(run.told.size(), 1u);
  for (double t = 1000; t < 1100; ++t) run.second(t, 999);
  EXPECT_EQ(run.told.size(), 2u) << "and the next one is told again";
}

TEST(StallGuard, ZeroSecondsSwitchItOff) {
  config::Recipe recipe;
  recipe.guards.stall_seconds = 0;
  EXPECT_EQ(find_guard("stall").make(recipe), nullptr);
}

}  // namespace
}  // namespace surefoot::guards
