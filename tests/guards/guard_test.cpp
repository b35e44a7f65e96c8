// What every guard of the catalogue owes, whoever added it.
#include "surefoot/guards/guard.h"

#include <gtest/gtest.h>

#include "guards/quiet_run.h"
#include "surefoot/base/error.h"
#include "surefoot/guards/guard_set.h"

namespace surefoot::guards {
namespace {

class EveryGuard : public ::testing::TestWithParam<GuardSpec> {};

TEST_P(EveryGuard, SaysWhatItIsAndWhereItsThresholdsComeFrom) {
  EXPECT_GT(std::string(GetParam().summary).size(), 20u);
  EXPECT_GT(std::string(GetParam().source).size(), 5u);
  EXPECT_EQ(&find_guard(GetParam().name), &find_guard(GetParam().name));
}

/// Fifty machines, the first of them for a whole day, the others for an hour and a half each.
TEST_P(EveryGuard, IsSilentInCleanRuns) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    testing::QuietRun run(seed);
    const auto guard = GetParam().make(config::Recipe());
    if (guard == nullptr) continue;  // off by default
    const double hours = seed == 0 ? 24 : 1.5;
    std::vector<Advice> advice;
    int64_t epochs = 0, steps = 0;
    for (double t = 0; t < hours * 3600; ++t) {
      const Vitals vitals = run.vitals(t);
      guard->on_second(vitals, advice);
      if (vitals.step > steps) guard->on_step(run.step(steps = vitals.step), advice);
      if (t >= run.epoch_seconds() * static_cast<double>(epochs + 1)) guard->on_epoch(run.epoch(epochs++), advice);
      for (const Advice& each : advice)
        ADD_FAILURE() << "seed " << seed << ", " << t << " s: " << each.what << ": " << each.why;
      if (!advice.empty()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryGuard, ::testing::ValuesIn(all_guards()), [](const auto& each) {
  return std::string(each.param.name);
});

TEST(Guards, AnUnknownNameIsRefusedWithTheNearest) {
  try {
    find_guard("diskk");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnknownName);
    EXPECT_NE(error.why().find("`disk`"), std::string::npos);
  }
}

TEST(GuardSet, NamesItsGuardsAndLeavesOutWhatTheRecipeSwitchesOff) {
  config::Recipe recipe;
  const auto with = GuardSet(recipe).names();
  EXPECT_NE(std::find(with.begin(), with.end(), "disk"), with.end());
  recipe.guards.disk = false;
  const auto without = GuardSet(recipe).names();
  EXPECT_EQ(std::find(without.begin(), without.end(), "disk"), without.end());
}

TEST(GuardSet, StampsAdviceWithTheNameOfItsGuard) {
  GuardSet set{config::Recipe()};
  Vitals vitals;
  vitals.disk_free_bytes = 10;
  vitals.checkpoint_bytes = 100;
  const auto advice = set.on_second(vitals);
  ASSERT_EQ(advice.size(), 1u);
  EXPECT_EQ(advice[0].guard, "disk");
  EXPECT_TRUE(set.on_second(vitals).empty()) << "told once, not every second";
}

}  // namespace
}  // namespace surefoot::guards
