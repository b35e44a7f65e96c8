#include <gtest/gtest.h>

#include "guards/heat_model.h"
#include "surefoot/base/philox.h"
#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

using Kind = Advice::Kind;

/// A training on a simulated card: steps of `step_seconds`, rests as advised, a sensor that reads whole degrees.
struct HotRun {
  testing::HeatModel heat;
  config::Recipe recipe;
  double slowdown = 92, step_seconds = 0.4;
  std::unique_ptr<Guard> guard;
  double t = 0, duty = 1, worked = 0, hottest = 0, last = 0;
  bool paused = false;
  std::vector<std::pair<double, Advice>> told;

  void run(double seconds, double from_outside = 0) {
    if (!guard) guard = find_guard("thermal").make(recipe);
    for (const double until = t + seconds; t < until; ++t) {
      // Rests come in whole steps: what the second sees is the mean.
      const double load = paused ? 0 : duty;
      heat.advance(1, load + from_outside);
      worked += load;
      hottest = std::max(hottest, heat.celsius);
      Vitals vitals;
      vitals.t = t;
      vitals.temperatures = {{.sensor = "gpu 0",
                              .celsius = std::round(heat.celsius),
                              .slowdown = slowdown,
                              .emergency = heat.celsius >= slowdown}};
      std::vector<Advice> advice;
      guard->on_second(vitals, advice);
      for (Advice& each : advice) {
        if (each.kind == Kind::kThrottle || each.kind == Kind::kResume) duty = each.duty;
        if (each.kind == Kind::kPause) paused = true;
        if (each.kind == Kind::kResume) paused = false;
        if (!each.quiet) told.emplace_back(t, each);
      }
    }
  }
};

TEST(ThermalGuard, HoldsTheSetpointWithinTwoDegreesAndCostsLittleJustBelowTheFreeTemperature) {
  HotRun run;
  run.heat = {40, 40, 47, 60};  // 87 C if nobody minds; setpoint min(85, 92 - 7) - 2 = 83
  run.run(900);
  ASSERT_EQ(run.told.size(), 1u);
  EXPECT_EQ(run.told[0].second.kind, Kind::kThrottle);
  run.worked = 0;
  for (int i = 0; i < 1800; ++i) {
    run.run(1);
    EXPECT_NEAR(run.heat.celsius, 83, 2) << "at " << run.t;
  }
  EXPECT_GE(run.worked / 1800, 0.9);
}

TEST(ThermalGuard, HoldsDevicesOfEveryKind) {
  for (const double rise : {25.0, 50.0, 80.0}) {
    for (const double seconds : {15.0, 60.0, 240.0}) {
      HotRun run;
      run.heat = {40, 88 - rise, rise, seconds};
      run.run(3000);
      double most = 0;
      for (int i = 0; i < 900; ++i) run.run(1), most = std::max(most, std::abs(run.heat.celsius - 83));
      EXPECT_LE(most, 2) << "rise " << rise << " C, time constant " << seconds << " s";
    }
  }
}

TEST(ThermalGuard, ReturnsToFullSpeedWhenTheRoomCools) {
  HotRun run;
  run.heat = {40, 40, 47, 60};
  run.run(900);
  run.heat.ambient = 25;
  run.run(900);
  ASSERT_EQ(run.told.size(), 2u);
  EXPECT_EQ(run.told[1].second.kind, Kind::kThrottle);
  EXPECT_EQ(run.duty, 1);
  EXPECT_NE(run.told[1].second.what.find("full speed"), std::string::npos);
}

TEST(ThermalGuard, PausesOnASpikeAndGoesOnWhenItHasCooled) {
  HotRun run;
  run.heat = {40, 40, 40, 60};
  run.run(600);
  EXPECT_TRUE(run.told.empty()) << "80 C is below the soft limit of 85";
  run.run(40, 0.8);  // another job on the card
  ASSERT_FALSE(run.told.empty());
  EXPECT_EQ(run.told.back().second.kind, Kind::kPause);
  EXPECT_LT(run.hottest, 94);
  run.run(400);
  const auto resumed = std::find_if(run.told.begin(), run.told.end(),
                                    [](const auto& each) { return each.second.kind == Kind::kResume; });
  ASSERT_NE(resumed, run.told.end());
  EXPECT_FALSE(run.paused);
  EXPECT_GT(run.worked, 600);
  run.run(1200);
  EXPECT_EQ(run.duty, 1) << "and comes back to full speed";
}

TEST(ThermalGuard, StopsWhenADeviceDoesNotCoolWithoutWork) {
  HotRun run;
  run.heat = {40, 95, 10, 20};  // the fan has failed
  run.run(700);
  ASSERT_EQ(run.told.size(), 2u);
  EXPECT_EQ(run.told[0].second.kind, Kind::kPause);
  EXPECT_EQ(run.told[1].second.kind, Kind::kStop);
  EXPECT_NEAR(run.told[1].first - run.told[0].first, 600, 2);
}

TEST(ThermalGuard, TheRecipeMayLowerTheLimitsAndNotRaiseThem) {
  HotRun low;
  low.recipe.guards.temperature_soft = 70;
  low.heat = {40, 40, 36, 60};
  low.run(1500);
  EXPECT_NEAR(low.heat.celsius, 68, 2);
  HotRun high;
  high.recipe.guards.temperature_soft = high.recipe.guards.temperature_hard = 140;
  high.heat = {40, 40, 47, 60};
  high.run(1500);
  EXPECT_NEAR(high.heat.celsius, 83, 2);
}

TEST(ThermalGuard, ACardThatIsBuiltForHeatIsLeftAlone) {
  HotRun run;
  run.slowdown = 100;
  run.heat = {40, 40, 44, 60};  // 84 C
  run.run(1500);
  EXPECT_TRUE(run.told.empty());
}

TEST(ThermalGuard, APowerLimitIsToldOnceAndNothingIsDone) {
  const auto guard = find_guard("thermal").make(config::Recipe());
  std::vector<Advice> advice;
  for (double t = 0; t < 3600; ++t) {
    Vitals vitals;
    vitals.t = t;
    vitals.temperatures = {
        {.sensor = "gpu 0", .celsius = 70, .slowdown = 92, .slowed_by_power = true, .clock_share = 0.7}};
    guard->on_second(vitals, advice);
  }
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_EQ(advice[0].kind, Kind::kTell);
  EXPECT_NE(advice[0].why.find("no fault"), std::string::npos);
}

TEST(ThermalGuard, ABrokenSensorIsNoFire) {
  const auto guard = find_guard("thermal").make(config::Recipe());
  std::vector<Advice> advice;
  for (double t = 0; t < 600; ++t) {
    Vitals vitals;
    vitals.t = t;
    vitals.temperatures = {{.sensor = "gpu 0", .celsius = t < 300 ? 0.0 : 255.0, .slowdown = 92}};
    guard->on_second(vitals, advice);
  }
  EXPECT_TRUE(advice.empty());
}

}  // namespace
}  // namespace surefoot::guards
