#include <gtest/gtest.h>

#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

using Kind = Advice::Kind;

std::vector<Advice> after(std::vector<HardwareReport> reports) {
  Vitals vitals;
  vitals.hardware = std::move(reports);
  std::vector<Advice> advice;
  find_guard("hardware").make(config::Recipe())->on_second(vitals, advice);
  return advice;
}

TEST(HardwareGuard, SortsFaultsByWhatHelps) {
  for (const int xid : {13, 31, 43, 45}) EXPECT_EQ(after({{"gpu 0", xid}}).at(0).kind, Kind::kRestart) << xid;
  for (const int xid : {48, 64, 79, 94, 95}) EXPECT_EQ(after({{"gpu 0", xid}}).at(0).kind, Kind::kStop) << xid;
  for (const int xid : {63, 777}) EXPECT_EQ(after({{"gpu 0", xid}}).at(0).kind, Kind::kTell) << xid;
}

TEST(HardwareGuard, UncorrectedMemoryErrorsStopTheRun) {
  const auto advice = after({{"gpu 1", 0, 3}});
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_EQ(advice[0].kind, Kind::kStop);
  EXPECT_NE(advice[0].what.find("gpu 1"), std::string::npos);
}

TEST(ScheduledRestart, AsksOnceAfterSoManySteps) {
  config::Recipe recipe;
  EXPECT_EQ(find_guard("scheduled_restart").make(recipe), nullptr) << "only on request";
  recipe.guards.restart_every = 5;
  const auto guard = find_guard("scheduled_restart").make(recipe);
  std::vector<Advice> advice;
  for (int i = 1; i <= 20; ++i) {
    guard->on_step({.step = 1000 + i}, advice);
    EXPECT_EQ(advice.size(), i < 5 ? 0u : 1u);
  }
  EXPECT_EQ(advice[0].kind, Kind::kRestart);
}

TEST(SwapGuard, TellsWhenMemoryComesBackFromTheDiskAllTheTime) {
  const auto guard = find_guard("swap").make(config::Recipe());
  std::vector<Advice> advice;
  Vitals vitals;
  for (double t = 0; t < 300; ++t) {
    vitals.t = t;
    vitals.swapped_in_bytes += t < 5 ? 50'000'000 : 0;  // a burst is none
    guard->on_second(vitals, advice);
  }
  EXPECT_TRUE(advice.empty());
  for (double t = 300; t < 500; ++t) {
    vitals.t = t;
    vitals.swapped_in_bytes += 5'000'000;
    guard->on_second(vitals, advice);
  }
  EXPECT_EQ(advice.size(), 1u);
}

}  // namespace
}  // namespace surefoot::guards
