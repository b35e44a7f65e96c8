#include <gtest/gtest.h>

#include "surefoot/guards/guard.h"
#include "surefoot/guards/guard_set.h"

namespace surefoot::guards {
namespace {

EpochFigures epoch(int64_t number, double wait, double compute, double evaluation = 5, double checkpoint = 1) {
  EpochFigures e;
  e.epoch = number;
  e.t = 3600.0 * static_cast<double>(number);
  e.seconds = wait + compute;
  e.data_wait = wait / e.seconds;
  e.evaluation_seconds = evaluation;
  e.checkpoint_seconds = checkpoint;
  return e;
}

std::vector<Advice> told(Guard& guard, const EpochFigures& figures) {
  std::vector<Advice> advice;
  guard.on_epoch(figures, advice);
  return advice;
}

TEST(SlowdownGuard, AFullDiskCacheIsFoundAndCalledWaiting) {
  const auto guard = find_guard("slowdown").make(config::Recipe());
  for (int64_t i = 0; i < 6; ++i) EXPECT_TRUE(told(*guard, epoch(i, 2, 98)).empty());
  EXPECT_TRUE(told(*guard, epoch(6, 20, 98)).empty()) << "one slow epoch may be anything";
  const auto advice = told(*guard, epoch(7, 21, 98));
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_NE(advice[0].why.find("what grew is waiting for data"), std::string::npos) << advice[0].why;
  EXPECT_TRUE(told(*guard, epoch(8, 21, 98)).empty()) << "told once";
}

TEST(SlowdownGuard, ACreepOfTwoPerCentAnEpochIsFoundWithinEight) {
  const auto guard = find_guard("slowdown").make(config::Recipe());
  int64_t at = -1;
  for (int64_t i = 0; i < 12 && at < 0; ++i) {
    const auto advice = told(*guard, epoch(i, 2, 98, 5 + 2.2 * static_cast<double>(i)));
    if (advice.empty()) continue;
    at = i;
    EXPECT_NE(advice[0].why.find("what grew is evaluation"), std::string::npos) << advice[0].why;
  }
  EXPECT_GE(at, 5);
  EXPECT_LE(at, 8);
}

TEST(SlowdownGuard, RestAgainstHeatIsNoSlowdown) {
  const auto guard = find_guard("slowdown").make(config::Recipe());
  for (int64_t i = 0; i < 12; ++i) {
    EpochFigures e = epoch(i, 2, 98);
    if (i > 4) e.seconds += 50, e.rest_seconds = 50;
    EXPECT_TRUE(told(*guard, e).empty());
  }
}

TEST(SlowdownGuard, OtherProgramsOnTheProcessorAreNamedOnce) {
  const auto guard = find_guard("slowdown").make(config::Recipe());
  std::vector<Advice> advice;
  for (int64_t i = 0; i < 12; ++i) {
    EpochFigures e = epoch(i, 2, i < 5 ? 98.0 : 120.0 + 15 * static_cast<double>(i));
    e.others_cores = i < 5 ? 0 : 1.52;
    guard->on_epoch(e, advice);
  }
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_NE(advice[0].why.find("other programs kept 1.5 processor cores busy"), std::string::npos) << advice[0].why;
}

TEST(SlowdownGuard, HeatSilencesItInTheSet) {
  GuardSet set{config::Recipe()};
  Vitals hot;
  hot.temperatures = {{.sensor = "gpu 0", .celsius = 99, .slowdown = 95}};
  int told_slow = 0;
  for (int64_t i = 0; i < 8; ++i) {
    hot.t = 3600.0 * static_cast<double>(i) - 60;
    if (i == 6) {
      EXPECT_FALSE(set.on_second(hot).empty());
    }
    for (const Advice& each : set.on_epoch(epoch(i, 2, i < 6 ? 98 : 130))) told_slow += each.guard == "slowdown";
  }
  EXPECT_EQ(told_slow, 0);
}

}  // namespace
}  // namespace surefoot::guards
