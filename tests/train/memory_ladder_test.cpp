// The ladder as arithmetic: what is given up, in which order, and what never is.
#include "surefoot/train/memory/memory_ladder.h"

#include <gtest/gtest.h>

#include "surefoot/train/memory/footing_record.h"
#include "surefoot/train/memory/recovery.h"

namespace surefoot::train {
namespace {

config::Recipe recipe_of(std::initializer_list<const char*> assignments) {
  config::Recipe recipe;
  for (const char* assignment : assignments) config::set_assignment(recipe, assignment);
  return recipe;
}

/// The actions until nothing is left: "recompute neutral, ...".
std::string all_the_way_down(const MemoryLadder& ladder, plan::Footing& footing, int64_t batch) {
  std::string actions;
  for (int i = 0; i < 100; ++i) {
    const auto action = ladder.down(footing, Shortage::kActivations, batch);
    if (!action) return actions;
    EXPECT_NE(action->before, action->after);
    EXPECT_FALSE(action->why.empty());
    actions += (actions.empty() ? "" : ", ") + action->action + " " + change_name(action->kind) + " " + action->after;
  }
  return "without end";
}

TEST(MemoryLadder, NeutralRungsComeFirstAndGroupsAreNeverCut) {
  const config::Recipe recipe = recipe_of({"train.batch=64", "train.micro_batch=64", "train.batch_norm.group=16"});
  const MemoryLadder ladder(recipe, 4, /*groups_matter=*/true);
  plan::Footing footing = ladder.start();
  EXPECT_EQ(all_the_way_down(ladder, footing, 64),
            "recompute neutral norms, activations, "
            "recompute neutral whole blocks, "
            "offload neutral yes, micro_batch rounding 32, micro_batch rounding 16");
}

TEST(MemoryLadder, WithoutGroupsTheFloorIsTheLimit) {
  const config::Recipe recipe = recipe_of({"train.batch=64", "train.micro_batch=64", "memory.recompute=none",
                                           "memory.offload=never", "memory.micro_batch_floor=3"});
  const MemoryLadder ladder(recipe, 4, /*groups_matter=*/false);
  plan::Footing footing = ladder.start();
  EXPECT_EQ(
      all_the_way_down(ladder, footing, 64),
      "micro_batch rounding 32, micro_batch rounding 16, micro_batch rounding 8, micro_batch rounding 4, micro_batch rounding 3");
}

TEST(MemoryLadder, ExactTakesNeutralRungsOnly) {
  const config::Recipe recipe = recipe_of({"train.batch=64", "train.micro_batch=64", "train.trajectory=exact"});
  const MemoryLadder ladder(recipe, 2, false);
  plan::Footing footing = ladder.start();
  EXPECT_EQ(all_the_way_down(ladder, footing, 64).find("rounding"), std::string::npos);
  EXPECT_EQ(footing.micro_batch, 64);
}

TEST(MemoryLadder, SaysWhenItGoesBelowWhatWasTyped) {
  const config::Recipe recipe =
      recipe_of({"train.batch=64", "train.micro_batch=64", "memory.recompute=none", "memory.offload=never"});
  const MemoryLadder ladder(recipe, 2, false);
  plan::Footing footing = ladder.start();
  EXPECT_NE(ladder.down(footing, Shortage::kActivations, 64)->why.find("train.micro_batch=64"), std::string::npos);
}

TEST(MemoryLadder, EachShortageTakesWhatHelps) {
  const config::Recipe recipe = recipe_of({"data.prefetch=4", "train.micro_batch=64"});
  const MemoryLadder ladder(recipe, 2, true);
  plan::Footing footing = ladder.start();
  EXPECT_FALSE(ladder.down(footing, Shortage::kUpdate, 64));
  EXPECT_EQ(ladder.down(footing, Shortage::kMachine, 64)->action, "prefetch");
  EXPECT_EQ(ladder.down(footing, Shortage::kBatches, 64)->after, "1");
  EXPECT_FALSE(ladder.down(footing, Shortage::kBatches, 64));
  EXPECT_EQ(ladder.down(footing, Shortage::kMachine, 64)->action, "recompute");
}

TEST(MemoryLadder, GrowsBackToWhereItBeganOneRungAtATime) {
  const config::Recipe recipe =
      recipe_of({"train.batch=64", "train.micro_batch=64", "memory.recompute=cheap", "data.prefetch=4"});
  const MemoryLadder ladder(recipe, 3, false);
  const plan::Footing start = ladder.start();
  plan::Footing footing = start;
  all_the_way_down(ladder, footing, 64);
  while (ladder.down(footing, Shortage::kBatches, 64)) {
  }
  std::vector<std::string> actions;
  while (const auto action = ladder.up(footing, start)) actions.push_back(action->action);
  EXPECT_EQ(footing, start);
  EXPECT_EQ(actions, (std::vector<std::string>{"micro_batch", "micro_batch", "micro_batch", "micro_batch", "offload",
                                               "recompute", "prefetch", "prefetch"}));
}

TEST(Thrashing, IsRetriesInTwoStepsRunning) {
  Thrashing thrashing;
  EXPECT_FALSE(thrashing.after_step(0));
  EXPECT_FALSE(thrashing.after_step(3));
  EXPECT_FALSE(thrashing.after_step(3)) << "one step alone is not yet trouble";
  EXPECT_FALSE(thrashing.after_step(4));
  EXPECT_TRUE(thrashing.after_step(9));
  EXPECT_FALSE(thrashing.after_step(10)) << "something was done: it counts anew";
}

TEST(FootingRecord, LevelsReadBack) {
  using enum nn::Recompute;
  const std::vector<nn::Recompute> levels = {kNone, kCheap, kBlock};
  EXPECT_EQ(levels_to_text(levels), "012");
  EXPECT_EQ(levels_from_text("012"), levels);
  EXPECT_EQ(levels_from_text("9x"), (std::vector<nn::Recompute>{kNone, kNone}));
}

}  // namespace
}  // namespace surefoot::train
