#include "surefoot/config/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace surefoot::config {
namespace {

Recipe recipe_of(const std::string& name, int64_t warmup_steps, double warmup_start, double final_share) {
  Recipe recipe;
  recipe.optim.lr = 0.4;
  recipe.schedule = {.name = name,
                     .warmup_epochs = 0,
                     .warmup_steps = warmup_steps,
                     .warmup_start = warmup_start,
                     .final = final_share};
  return recipe;
}

/// torch.optim.lr_scheduler.LinearLR(start_factor, end_factor=1, total_iters), closed form.
double torch_linear_warmup(double peak, double start, int64_t iterations, int64_t step) {
  return peak *
         (start + (1 - start) * static_cast<double>(std::min(iterations, step)) / static_cast<double>(iterations));
}

/// CosineAnnealingLR(T_max, eta_min), closed form.
double torch_cosine(double peak, double lowest, int64_t length, int64_t step) {
  return lowest + (peak - lowest) *
                      (1 + std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(length))) / 2;
}

TEST(Schedule, WarmUpAndCosineFollowTorchsFormulas) {
  const Recipe recipe = recipe_of("cosine", 50, 0.1, 0.01);
  const Schedule schedule(recipe, 100, 1000);
  EXPECT_EQ(schedule.warmup_steps(), 50);
  for (int64_t step = 0; step < 50; ++step)
    EXPECT_NEAR(schedule.rate(step), torch_linear_warmup(0.4, 0.1, 50, step), 1e-15) << step;
  for (int64_t step = 50; step < 1000; ++step)
    EXPECT_NEAR(schedule.rate(step), torch_cosine(0.4, 0.004, 949, step - 50), 1e-15) << step;
}

TEST(Schedule, LinearDecayFollowsTorchsFormula) {
  const Schedule schedule(recipe_of("linear", 10, 0, 0.1), 100, 110);
  EXPECT_EQ(schedule.rate(0), 0);
  for (int64_t step = 10; step < 110; ++step) {  // LinearLR from 1 to 0.1 over 99 steps
    EXPECT_NEAR(schedule.rate(step), 0.4 * (1 + (0.1 - 1) * static_cast<double>(step - 10) / 99), 1e-15) << step;
  }
}

TEST(Schedule, ConstantStaysAtThePeakAfterTheWarmUp) {
  const Schedule schedule(recipe_of("constant", 5, 0.5, 0.001), 100, 50);
  EXPECT_NEAR(schedule.rate(0), 0.2, 1e-15);
  for (int64_t step = 5; step < 60; ++step) EXPECT_EQ(schedule.rate(step), 0.4);
}

TEST(Schedule, ReachesThePeakAtTheEndOfTheWarmUpAndFinalAtTheLastStepAndStaysThere) {
  for (const char* name : {"cosine", "linear"}) {
    const Schedule schedule(recipe_of(name, 7, 0.1, 0.001), 100, 100);
    EXPECT_NEAR(schedule.rate(0), 0.04, 1e-15) << name;
    EXPECT_EQ(schedule.rate(7), 0.4) << name;
    EXPECT_NEAR(schedule.rate(99), 0.0004, 1e-12) << name;
    EXPECT_NEAR(schedule.rate(1000), 0.0004, 1e-12) << name;
  }
}

TEST(Schedule, WarmUpInEpochsCountsTheirSteps) {
  Recipe recipe = recipe_of("cosine", 0, 0.1, 0);
  recipe.schedule.warmup_epochs = 2.5;
  EXPECT_EQ(Schedule(recipe, 195, 1950).warmup_steps(), 488);
  recipe.schedule.warmup_steps = 500;  // given in steps, the epochs do not count
  EXPECT_EQ(Schedule(recipe, 195, 1950).warmup_steps(), 500);
}

TEST(Schedule, StaysFiniteAndWithinThePeakForAnyLength) {
  for (const char* name : {"cosine", "linear", "constant"}) {
    for (const int64_t total : {1, 2, 3, 10}) {
      for (const int64_t warmup : {0, 1, 2, 9, 10, 11, 1000}) {
        const Schedule schedule(recipe_of(name, warmup, 0.1, 0.001), 1, total);
        for (int64_t step = 0; step < total + 2; ++step) {
          const double rate = schedule.rate(step);
          EXPECT_TRUE(rate > 0 && rate <= 0.4) << name << " " << total << " " << warmup << " " << step << ": " << rate;
        }
      }
    }
  }
}

}  // namespace
}  // namespace surefoot::config
