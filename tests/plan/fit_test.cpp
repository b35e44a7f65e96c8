#include "surefoot/plan/fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "surefoot/base/error.h"

namespace surefoot::plan {
namespace {

using nn::Recompute;

/// A made-up network: what each block keeps at each level for a picture, and its work.
struct ToyBlock {
  int64_t output = 0, cheap = 0, dear = 0;  // bytes: always kept; kept unless kCheap; kept unless kBlock
  double flops = 0;                         // of a forward
};

/// Plays a step block by block, as a dry run would find it.
class ToyNetwork {
 public:
  ToyNetwork(std::vector<ToyBlock> blocks, int64_t weights) : blocks_(std::move(blocks)), weights_(weights) {}

  DryRun operator()(const config::Recipe& recipe, const Footing& footing) {
    run_ = {};
    live_ = 0;
    const int64_t state = recipe.optim.name == "adamw" ? 2 : 1, batch = recipe.train.batch,
                  micro = std::min(footing.micro_batch, batch);
    take(weights_ * (1 + state), -1);
    run_.resident_bytes = live_;
    run_.second_step_begins = run_.trace.size();
    run_.predicted_peak_bytes = live_;
    run_.at_peak[0] = weights_;
    for (size_t b = 0; b < blocks_.size(); ++b) run_.blocks.push_back({.name = "block" + std::to_string(b)});
    for (int64_t first = 0; first < batch; first += micro) micro_batch(footing, micro);
    for (const BlockCost& cost : run_.blocks) run_.step_flops += cost.forward_flops + cost.backward_flops;
    run_.evaluation_begins = run_.trace.size();
    run_.evaluation_peak_bytes = run_.resident_bytes + footing.eval_batch * 1000;
    return run_;
  }

 private:
  uint32_t take(int64_t bytes, int32_t block) {
    run_.allocations.push_back({bytes, block});
    run_.trace.push_back({static_cast<uint32_t>(run_.allocations.size() - 1), false});
    live_ += bytes;
    run_.predicted_peak_bytes = std::max(run_.predicted_peak_bytes, live_);
    return static_cast<uint32_t>(run_.allocations.size() - 1);
  }
  void give(uint32_t allocation) {
    run_.trace.push_back({allocation, true});
    live_ -= run_.allocations[allocation].bytes;
  }
  static Recompute level(const Footing& footing, size_t b) {
    return b < footing.recompute.size() ? footing.recompute[b] : Recompute::kNone;
  }

  void micro_batch(const Footing& footing, int64_t n) {
    std::vector<std::vector<uint32_t>> kept(blocks_.size());
    for (size_t b = 0; b < blocks_.size(); ++b) {
      const auto block = static_cast<int32_t>(b);
      std::vector<uint32_t> gone;
      kept[b].push_back(take(blocks_[b].output * n, block));
      (level(footing, b) == Recompute::kNone ? kept[b] : gone).push_back(take(blocks_[b].cheap * n, block));
      (level(footing, b) != Recompute::kBlock ? kept[b] : gone).push_back(take(blocks_[b].dear * n, block));
      for (const uint32_t each : gone) give(each);
      int64_t bytes = 0;
      for (const uint32_t each : kept[b]) bytes += run_.allocations[each].bytes;
      run_.blocks[b].kept_bytes = bytes;
      run_.blocks[b].forward_flops += blocks_[b].flops * static_cast<double>(n);
    }
    give(take(1000 * n, -1));  // the head
    for (size_t b = blocks_.size(); b-- > 0;) {
      const auto block = static_cast<int32_t>(b);
      run_.blocks[b].backward_flops += 2 * blocks_[b].flops * static_cast<double>(n);
      if (level(footing, b) != Recompute::kNone) kept[b].push_back(take(blocks_[b].cheap * n, block));
      if (level(footing, b) == Recompute::kBlock) {
        kept[b].push_back(take(blocks_[b].dear * n, block));
        run_.blocks[b].backward_flops += blocks_[b].flops * static_cast<double>(n);
      }
      give(take(blocks_[b].output * n, block));  // the gradient of its output
      for (const uint32_t each : kept[b]) give(each);
    }
  }

  std::vector<ToyBlock> blocks_;
  int64_t weights_;
  DryRun run_;
  int64_t live_ = 0;
};

ToyNetwork network() {
  return {{{4000, 9000, 3000, 2e6},
           {4000, 16000, 5000, 3e6},
           {2000, 8000, 3000, 3e6},
           {2000, 7000, 4000, 4e6},
           {1000, 5000, 2000, 5e6},
           {1000, 2000, 1000, 5e6}},
          500'000};
}

FitRequest request(int64_t batch, int64_t micro_batch, int64_t group, int64_t budget) {
  FitRequest r;
  r.recipe.train.batch = batch, r.recipe.train.micro_batch = micro_batch, r.recipe.train.batch_norm_group = group;
  r.recipe.train.precision = "fp32", r.recipe.optim.name = "sgd";
  r.budget_bytes = budget;
  r.speed = {.flop = 1e9, .traffic = 2e6, .bandwidth = 1e9, .launch = 0};
  return r;
}

/// Every level of every block at every micro-batch: the least seconds among those that fit.
double best_of_all(const FitRequest& r, ToyNetwork& toy) {
  double best = std::numeric_limits<double>::infinity();
  const size_t blocks = toy(r.recipe, {.micro_batch = 1}).blocks.size();
  for (const int64_t micro_batch : micro_batches_to_try(r.recipe, r.groups_matter)) {
    const config::Recipe step = shortened(r.recipe, micro_batch);
    const DryRun plain = toy(step, {.micro_batch = micro_batch});
    for (int code = 0; code < static_cast<int>(std::pow(3, blocks)); ++code) {
      Footing footing{.micro_batch = micro_batch};
      for (int rest = code, b = 0; b < static_cast<int>(blocks); ++b, rest /= 3)
        footing.recompute.push_back(static_cast<Recompute>(rest % 3));
      const DryRun run = toy(step, footing);
      if (run.predicted_peak_bytes + bytes_of_labels(r.recipe.train.batch - step.train.batch) > r.budget_bytes)
        continue;
      best = std::min(best, seconds_a_picture(r.speed, work_of(run, plain, step.train.batch, micro_batch, false),
                                              {.micro_batch = micro_batch, .weight_bytes = 500'000, .operators = 0}));
    }
  }
  return best;
}

TEST(Fit, ChoosesWithinFivePercentOfTheBestOfAllWays) {
  ToyNetwork toy = network();
  // Budgets from what the recipe takes down to hardly anything; groups that bind, and none.
  struct Setting {
    int64_t batch, micro_batch, group, budget;
    bool groups_matter;
  };
  for (const Setting& s : {Setting{32, 32, 32, 3'300'000, true}, Setting{32, 32, 32, 2'500'000, true},
                           Setting{32, 32, 32, 2'250'000, true}, Setting{64, 32, 16, 1'600'000, true},
                           Setting{64, 64, 32, 1'250'000, false}}) {
    FitRequest r = request(s.batch, s.micro_batch, s.group, s.budget);
    r.groups_matter = s.groups_matter;
    const Fit found = fit(r, std::ref(toy));
    const double best = best_of_all(r, toy);
    ASSERT_TRUE(found.chosen) << s.budget;
    EXPECT_LE(found.chosen->peak_bytes, s.budget);
    EXPECT_LE(found.chosen->seconds, 1.05 * best) << s.budget << " " << describe(found.chosen->footing);
    std::printf("budget %lld: %s, %.3f of the best of all ways, %d dry runs\n", static_cast<long long>(s.budget),
                describe(found.chosen->footing).c_str(), found.chosen->seconds / best, found.dry_runs);
  }
}

TEST(Fit, TakesTheRecipeAsItIsWhereItFits) {
  ToyNetwork toy = network();
  const Fit found = fit(request(32, 32, 32, 1'000'000'000), std::ref(toy));
  ASSERT_TRUE(found.chosen);
  EXPECT_TRUE(found.asked.fits);
  EXPECT_EQ(found.chosen->footing, found.asked.footing);
  EXPECT_TRUE(choice_keys(request(32, 32, 32, 0).recipe, *found.chosen, true).empty());
}

TEST(Fit, TheListHoldsNothingThatTakesMoreMemoryAndMoreTime) {
  ToyNetwork toy = network();
  const Fit found = fit(request(64, 64, 16, 2'000'000), std::ref(toy));
  ASSERT_GE(found.pareto.size(), 3U);
  for (size_t i = 1; i < found.pareto.size(); ++i) {
    EXPECT_LT(found.pareto[i].needed(), found.pareto[i - 1].needed());
    EXPECT_GE(found.pareto[i].seconds, found.pareto[i - 1].seconds);
  }
}

TEST(Fit, LessBudgetIsNeverFaster) {
  ToyNetwork toy = network();
  double before = 0;
  for (int64_t budget = 4'000'000; budget >= 1'600'000; budget -= 200'000) {
    const Fit found = fit(request(32, 32, 16, budget), std::ref(toy));
    if (!found.chosen) break;
    EXPECT_GE(found.chosen->seconds, before * 0.999) << budget;
    EXPECT_LE(found.chosen->needed(), budget);
    before = found.chosen->seconds;
  }
  EXPECT_GT(before, 0);
}

TEST(Fit, WhereNothingFitsItSaysWhatWould) {
  ToyNetwork toy = network();
  FitRequest r = request(32, 32, 32, 1'900'000);
  r.recipe.optim.name = "adamw";
  const Fit found = fit(r, std::ref(toy));
  EXPECT_FALSE(found.chosen);
  ASSERT_FALSE(found.remedies.empty());
  const auto fitting = std::ranges::find_if(found.remedies, &Remedy::fits);
  ASSERT_NE(fitting, found.remedies.end());
  EXPECT_EQ(flags(*fitting), "--set train.batch_norm.group=8");
  EXPECT_LE(fitting->needed_bytes, r.budget_bytes);
  EXPECT_TRUE(std::ranges::none_of(found.remedies, [](const Remedy& remedy) {
    return flags(remedy) == "--set train.batch_norm.group=4";
  })) << "a milder value is enough";
  for (const Remedy& remedy : found.remedies) EXPECT_EQ(remedy.changes.size(), 1U) << flags(remedy);
}

TEST(Remedies, AreHeapedUpWhereNoneIsEnough) {
  config::Recipe recipe;
  recipe.train.batch = recipe.train.micro_batch = recipe.train.batch_norm_group = 32;
  recipe.train.precision = "fp32", recipe.train.ema = 0.99, recipe.optim.name = "adamw", recipe.data.image_size = 64;
  // Ten units each: the average, the precision, every group above 4, the optimiser.
  const auto need = [](const config::Recipe& r) -> int64_t {
    return 10 * (r.train.ema > 0) + 10 * (r.train.precision == "fp32") + 10 * (r.train.batch_norm_group > 4) +
           10 * (r.optim.name != "sgd") + 5;
  };
  const std::vector<Remedy> found = remedies(recipe, true, 15, need);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(flags(found.back()), "--set train.ema=0 --set train.precision=bf16 --set train.batch_norm.group=4");
  EXPECT_TRUE(found.back().fits);
  EXPECT_EQ(found.back().needed_bytes, 15);
  for (size_t i = 0; i + 1 < found.size(); ++i) EXPECT_FALSE(found[i].fits) << flags(found[i]);
  EXPECT_TRUE(std::ranges::none_of(remedies(recipe, true, 4, need), &Remedy::fits))
      << "nothing brings it down that far";
}

TEST(Fit, WhatWasTypedBinds) {
  ToyNetwork toy = network();
  FitRequest r = request(64, 64, 16, 1'700'000);
  r.recipe.train.trajectory = "exact";
  const Fit exact = fit(r, std::ref(toy));
  for (const Option& option : exact.pareto) EXPECT_EQ(option.footing.micro_batch, 64);
  r.recipe.train.trajectory = "auto";
  r.recipe.memory.recompute = "none";
  const Fit none = fit(r, std::ref(toy));
  for (const Option& option : none.pareto) EXPECT_EQ(recompute_text(option.footing.recompute), "none");
  r.recipe.memory.recompute = "block";
  EXPECT_EQ(recompute_text(fit(r, std::ref(toy)).asked.footing.recompute), "block");
}

TEST(Fit, OtherPrecisionsAndOptimisersAreShownAndNeverChosen) {
  ToyNetwork toy = network();
  FitRequest r = request(32, 32, 32, 1'000'000'000);
  r.precisions = {"fp32", "bf16"}, r.optimizers = {"sgd", "adamw"};
  const Fit found = fit(r, std::ref(toy));
  ASSERT_EQ(found.others.size(), 3U);
  for (const Option& other : found.others) EXPECT_TRUE(other.changes_result);
  EXPECT_EQ(found.chosen->optimizer, "sgd");
}

TEST(MicroBatches, AreWholeGroupsWhereGroupsMatter) {
  FitRequest r = request(256, 128, 32, 0);
  EXPECT_EQ(micro_batches_to_try(r.recipe, true), (std::vector<int64_t>{128, 64, 32}));
  EXPECT_EQ(micro_batches_to_try(r.recipe, false), (std::vector<int64_t>{128, 64, 32, 16, 8, 4}));
  r.recipe.train.batch_norm_group = 48;
  EXPECT_EQ(micro_batches_to_try(r.recipe, true), (std::vector<int64_t>{96, 48}));
  r.recipe.train.trajectory = "exact";
  EXPECT_EQ(micro_batches_to_try(r.recipe, true), (std::vector<int64_t>{128}));
}

TEST(RecomputeLevels, GoToTextAndBack) {
  EXPECT_TRUE(recompute_levels("auto", 3).empty());
  EXPECT_EQ(recompute_levels("block", 3),
            (std::vector<Recompute>{Recompute::kBlock, Recompute::kBlock, Recompute::kCheap}));
  EXPECT_EQ(recompute_levels("021", 3),
            (std::vector<Recompute>{Recompute::kNone, Recompute::kBlock, Recompute::kCheap}));
  for (const char* text : {"none", "cheap", "block", "0210"})
    EXPECT_EQ(recompute_text(recompute_levels(text, 4)), text);
  EXPECT_THROW(recompute_levels("01", 3), Error);
}

}  // namespace
}  // namespace surefoot::plan
