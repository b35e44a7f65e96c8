#include <gtest/gtest.h>

#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

std::vector<Advice> told(Guard& guard, double t, uint64_t free, uint64_t checkpoint) {
  Vitals vitals;
  vitals.t = t;
  vitals.disk_free_bytes = free;
  vitals.checkpoint_bytes = checkpoint;
  std::vector<Advice> advice;
  guard.on_second(vitals, advice);
  return advice;
}

TEST(DiskGuard, TellsBelowThreeCheckpointsAndAgainBelowOne) {
  const auto guard = find_guard("disk").make(config::Recipe());
  EXPECT_TRUE(told(*guard, 0, 301, 100).empty());
  ASSERT_EQ(told(*guard, 1, 299, 100).size(), 1u);
  EXPECT_TRUE(told(*guard, 2, 290, 100).empty());
  const auto last = told(*guard, 3, 99, 100);
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0].what, "the next checkpoint does not fit on the disk");
  EXPECT_TRUE(told(*guard, 4, 900, 100).empty());
  EXPECT_EQ(told(*guard, 5, 250, 100).size(), 1u) << "room was made and used up again";
}

TEST(DiskGuard, ForecastsWhenTheDiskWillBeFull) {
  const auto guard = find_guard("disk").make(config::Recipe());
  const double start = 10e9, rate = 2e6;  // full after 5,000 s
  double told_at = 0;
  for (double t = 0; t < 4000 && told_at == 0; ++t) {
    const auto advice = told(*guard, t, static_cast<uint64_t>(start - rate * t), 100'000'000);
    if (advice.empty()) continue;
    told_at = t;
    ASSERT_EQ(advice[0].figures[1].first, "bytes_per_second");
    EXPECT_NEAR(advice[0].figures[1].second, rate, 0.1 * rate);
  }
  EXPECT_GT(told_at, 0);
  EXPECT_LE(told_at, 620);
}

TEST(DiskGuard, ASlowFillIsNoAlarm) {
  const auto guard = find_guard("disk").make(config::Recipe());
  for (double t = 0; t < 3600; ++t) EXPECT_TRUE(told(*guard, t, static_cast<uint64_t>(500e9 - 1e5 * t), 1000).empty());
}

}  // namespace
}  // namespace surefoot::guards
