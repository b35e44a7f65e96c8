#include "surefoot/guards/leak.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <list>

#include "guards/quiet_run.h"
#include "surefoot/base/clock.h"
#include "surefoot/guards/machine_sensors.h"

namespace surefoot::guards {
namespace {

using Kind = Advice::Kind;
using testing::kMiB;

struct Told {
  double t;
  Advice advice;
};

/// A quiet run of `seconds` whose memory and parts are changed by `change`.
std::vector<Told> watch(Guard& guard,
                        uint64_t seed,
                        double seconds,
                        const std::function<void(double t, Vitals&)>& change) {
  testing::QuietRun run(seed);
  std::vector<Told> told;
  for (double t = 0; t < seconds; ++t) {
    Vitals vitals = run.vitals(t);
    change(t, vitals);
    std::vector<Advice> advice;
    guard.on_second(vitals, advice);
    for (Advice& each : advice) told.push_back({t, std::move(each)});
  }
  return told;
}

TEST(LeakGuard, FindsThreeMegabytesASecondWithinTwoMinutesAndNamesThePart) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const double begins = 60 + 100.0 * static_cast<double>(seed);
    LeakGuard guard;
    const auto told = watch(guard, seed, begins + 300, [&](double t, Vitals& v) {
      const auto leaked = static_cast<uint64_t>(3e6 * std::max(0.0, t - begins));
      v.rss_anon_bytes += leaked;
      v.components.emplace_back("event log", 5'000'000 + leaked);
    });
    ASSERT_FALSE(told.empty()) << "seed " << seed;
    EXPECT_GT(told[0].t, begins) << "seed " << seed;
    EXPECT_LE(told[0].t - begins, 120) << "seed " << seed;
    EXPECT_EQ(told[0].advice.kind, Kind::kTrim);
    EXPECT_NEAR(told[0].advice.figures[0].second, 3e6, 1.6e6) << "saw teeth of caches lie over it; seed " << seed;
    EXPECT_NE(told[0].advice.why.find("it is the event log"), std::string::npos) << told[0].advice.why;
  }
}

TEST(LeakGuard, SaysWhenNoPartGrowsWithIt) {
  LeakGuard guard;
  const auto told =
      watch(guard, 3, 400, [](double t, Vitals& v) { v.rss_anon_bytes += static_cast<uint64_t>(4e6 * t); });
  ASSERT_FALSE(told.empty());
  EXPECT_NE(told[0].advice.why.find("unattributed"), std::string::npos);
}

TEST(LeakGuard, FindsASlowLeakWithinItsWindow) {
  LeakGuard guard;
  const auto told =
      watch(guard, 5, 2000, [](double t, Vitals& v) { v.rss_anon_bytes = static_cast<uint64_t>(1e9 + 0.8e6 * t); });
  ASSERT_FALSE(told.empty());
  EXPECT_LE(told[0].t, 700);
}

TEST(LeakGuard, ALeakThatTrimmingEndsIsTrimmedOnce) {
  LeakGuard guard;
  double kept = 0, at = 0;
  testing::QuietRun run(1);
  int trims = 0, others = 0;
  for (double t = 0; t < 3600; ++t) {
    Vitals vitals = run.vitals(t);
    if (trims == 0) kept += 3e6;
    vitals.rss_anon_bytes += static_cast<uint64_t>(kept);
    std::vector<Advice> advice;
    guard.on_second(vitals, advice);
    for (const Advice& each : advice) (each.kind == Kind::kTrim ? trims : others)++, at = t, kept = 0;
  }
  EXPECT_EQ(trims, 1);
  EXPECT_EQ(others, 0) << "last at " << at;
}

TEST(LeakGuard, GoesFromTrimToWorkersToARestartWhenAQuarterIsGone) {
  LeakGuard guard;
  const auto told = watch(guard, 2, 4 * 3600, [](double t, Vitals& v) {
    v.rss_anon_bytes = static_cast<uint64_t>(2e9 + 3e6 * t);
    v.memory_bytes = static_cast<uint64_t>(64e9);
    v.memory_free_bytes = v.memory_bytes - std::min(v.memory_bytes, v.rss_anon_bytes);
  });
  ASSERT_GE(told.size(), 4u);
  EXPECT_EQ(told[0].advice.kind, Kind::kTrim);
  EXPECT_EQ(told[1].advice.kind, Kind::kRecycleWorkers);
  EXPECT_LE(told[1].t - told[0].t, 120);
  EXPECT_EQ(told[2].advice.kind, Kind::kTell) << "64 GB are not gone for hours";
  EXPECT_EQ(told[3].advice.kind, Kind::kRestart);
  EXPECT_NEAR(3e6 * told[3].t, 16e9, 1e9);
}

TEST(LeakGuard, RestartsAtOnceWhenLittleTimeIsLeft) {
  LeakGuard guard;
  const auto told = watch(guard, 2, 700, [](double t, Vitals& v) {
    v.rss_anon_bytes = static_cast<uint64_t>(6e9 + 3e6 * t);
    v.memory_bytes = static_cast<uint64_t>(8e9);
    v.memory_free_bytes = v.memory_bytes - v.rss_anon_bytes;
    v.memory_free_bytes /= 2;  // other programs
  });
  ASSERT_GE(told.size(), 3u);
  EXPECT_EQ(told[2].advice.kind, Kind::kRestart);
}

/// What looks like growth and is none, for a day each. (Noise, checkpoints and caches of forty-nine more machines:
/// guard_test.)
TEST(LeakGuard, ADayOfMemoryThatDoesNotLeakGivesNoAlarm) {
  const auto saw = [](double t, double period, double height) { return height * std::fmod(t, period) / period; };
  const std::vector<std::pair<const char*, std::function<double(double)>>> shapes = {
      {"flat", [](double) { return 0.0; }},
      {"steps of half a gigabyte every hour", [](double t) { return 5e8 * std::floor(t / 3600); }},
      {"two steps within a minute", [](double t) { return t < 5000   ? 0.0
                                                          : t < 5045 ? 3e8
                                                                     : 6e8; }},
      {"a saw of 180 MB every two minutes", [&](double t) { return saw(t, 120, 1.8e8); }},
      {"a saw of 180 MB every hour", [&](double t) { return saw(t, 3600, 1.8e8); }},
      {"an evaluation of 2 GB every ten minutes", [](double t) { return std::fmod(t, 600) < 100 ? 2e9 : 0.0; }},
      {"caches that fill ever more slowly", [](double t) { return 3e9 * (1 - std::exp(-t / 25)); }},
      {"a day that goes up by 8 GB", [](double t) { return 1e5 * t; }},
  };
  for (const auto& [name, shape] : shapes) {
    LeakGuard guard;
    Philox random(7, Purpose::kSynthetic, 1, 0);
    std::vector<Advice> advice;
    double t = 0;
    for (; t < 24 * 3600 && advice.empty(); ++t) {
      Vitals v;
      v.t = t;
      v.step = static_cast<int64_t>(t);
      v.rss_anon_bytes = static_cast<uint64_t>(2e9 + shape(t) + 4e6 * std::abs(random.normal()) +
                                               (random.uniform() < 0.005 ? 1.5e9 : 0));
      v.memory_bytes = static_cast<uint64_t>(64e9);
      v.memory_free_bytes = static_cast<uint64_t>(40e9);
      guard.on_second(v, advice);
    }
    EXPECT_TRUE(advice.empty()) << name << " at " << t << " s: " << advice[0].what << ": " << advice[0].why;
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their shadow is memory, too
/// Real memory of this process, by the kernel's own count; times and rate scaled by twenty.
TEST(LeakGuard, FindsARealLeakByTheKernelsCount) {
  LeakGuard guard({.warm_up = 0.5, .fast = 4.5, .slow = 30, .between = 0.1});
  std::list<std::vector<char>> leaked;
  uint64_t leaked_bytes = 0;
  const double began = real_clock().now();
  std::vector<Advice> advice;
  double t = 0;
  while (advice.empty() && t < 9) {
    t = real_clock().now() - began;
    while (static_cast<double>(leaked_bytes) < 60e6 * t) {
      leaked.emplace_back(1 << 20, 1);
      leaked_bytes += 1 << 20;
    }
    Vitals v;
    v.t = t;
    v.step = 10;
    v.rss_anon_bytes = read_process_memory(real_files()).rss_anon_bytes;
    v.components = {{"pictures that nobody frees", leaked_bytes}, {"tensors", 1000}};
    guard.on_second(v, advice);
    real_clock().sleep(0.05);
  }
  ASSERT_FALSE(advice.empty());
  EXPECT_NE(advice[0].why.find("pictures that nobody frees"), std::string::npos) << advice[0].why;
  EXPECT_NEAR(advice[0].figures[0].second, 60e6, 15e6);
}
#endif

TEST(Trend, TheilSenIsNotBentByOutliers) {
  std::vector<Point> points;
  for (int i = 0; i < 50; ++i) points.push_back({static_cast<double>(i), 3.0 * i + (i % 7 == 0 ? 1000 : 0)});
  const Slope slope = theil_sen(points);
  EXPECT_NEAR(slope.slope, 3, 0.2);
  EXPECT_LE(slope.lower, slope.slope);
  EXPECT_GE(slope.upper, slope.slope);
}

TEST(Trend, TheBoundsHoldTheTruthAsOftenAsTheySay) {
  int below = 0;
  constexpr int kTrials = 2000;
  for (int trial = 0; trial < kTrials; ++trial) {
    Philox random(3, Purpose::kSynthetic, 2, static_cast<uint64_t>(trial));
    std::vector<Point> points;
    for (int i = 0; i < 30; ++i) points.push_back({static_cast<double>(i), 0.5 * i + 10 * random.normal()});
    if (theil_sen(points).lower > 0.5) ++below;
  }
  EXPECT_NEAR(below / static_cast<double>(kTrials), 0.05, 0.015);
}

}  // namespace
}  // namespace surefoot::guards
