// What a dry run predicts against what the CPU's allocator counts, for every model and optimiser of the catalogues.
// SUREFOOT_DRY_RUN_ALL=1 measures every combination (minutes, gigabytes) and prints the table of docs/results.md.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "surefoot/base/clock.h"
#include "surefoot/nn/model.h"
#include "surefoot/plan/ledger.h"
#include "surefoot/plan/meta_memory.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/bare_session.h"
#include "surefoot/train/dry_run.h"

namespace surefoot::train {
namespace {

constexpr int64_t kClasses = 10;
constexpr double kTolerance = 0.01;

bool all_combinations() { return std::getenv("SUREFOOT_DRY_RUN_ALL") != nullptr; }

struct Case {
  std::string model, precision, optimizer, way;  // way: "plain", "recomputed", "accumulated"
};

config::Recipe recipe_of(const Case& c) {
  config::Recipe r;
  r.model.name = c.model;
  r.model.stem = "imagenet";
  r.optim.name = c.optimizer;
  r.data.image_size = 64;
  r.train.batch = 8;
  r.train.batch_norm_group = c.way == "accumulated" ? 4 : 8;
  r.train.micro_batch = c.way == "accumulated" ? 4 : 8;
  r.train.precision = c.precision;
  r.train.device = "cpu";
  r.train.threads = at::get_num_threads();
  r.train.eval_batch = 8;
  r.train.clip_norm = 1;
  r.train.ema = c.way == "accumulated" ? 0.99 : 0;
  return r;
}

plan::Footing footing_of(const Case& c) {
  plan::Footing footing;
  if (c.way != "recomputed") return footing;
  const auto model = nn::make_model(c.model, {.num_classes = kClasses, .image_size = 64}, {.device = at::kMeta});
  footing.recompute.assign(model->block_names().size(), nn::Recompute::kBlock);
  return footing;
}

struct Measured {
  int64_t peak = 0, evaluation_peak = 0;
};

/// The second of two steps, and an evaluation batch, on the CPU.
Measured measure(const Case& c) {
  auto& memory = tensor::install_cpu_allocator();
  const config::Recipe recipe = recipe_of(c);
  const auto before = static_cast<int64_t>(memory.figures().live_bytes);
  const auto peak = [&] { return static_cast<int64_t>(memory.figures().peak_bytes) - before; };
  BareSession session(recipe, kClasses, footing_of(c), at::kCPU);
  session.make_average();
  Trainee trainee = session.trainee();
  const int64_t size = recipe.data.image_size;
  std::vector<uint8_t> pixels(static_cast<size_t>(recipe.train.batch * size * size * 3));
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 2654435761U >> 13);
  const std::vector<int64_t> labels(static_cast<size_t>(recipe.train.batch), 1);
  data::Batch batch;
  batch.count = recipe.train.batch;
  batch.pixels = pixels.data();
  batch.labels = labels;
  Measured measured;
  for (int step = 0; step < 2; ++step) {
    memory.reset_peak();
    train_step(trainee, batch, [](const StepResult&) { return true; });
    measured.peak = peak();
  }
  memory.reset_peak();
  session.evaluate_batch(pixels.data());
  measured.evaluation_peak = peak();
  return measured;
}

double error(int64_t predicted, int64_t measured) {
  return static_cast<double>(predicted - measured) / static_cast<double>(measured);
}

std::vector<Case> cases_of(const nn::ModelSpec& spec) {
  std::vector<Case> cases;
  for (const char* precision : {"fp32", "bf16"}) {
    for (const auto& optimizer : optim::all_optimizers()) {
      for (const char* way : {"plain", "recomputed", "accumulated"}) {
        // Small models stand for the large ones of their family, unless everything is asked for.
        const bool small = spec.parameters < 12'000'000, medium = spec.parameters < 30'000'000;
        const bool plain = std::string(way) == "plain" && optimizer.name == "adamw";
        if (all_combinations() || small || (medium && plain)) cases.push_back({spec.name, precision, optimizer.name, way});
      }
    }
  }
  return cases;
}

class DryRun : public testing::TestWithParam<std::string> {};

TEST_P(DryRun, PredictsThePeakOfLiveBytes) {
  double worst = 0;
  for (const Case& c : cases_of(nn::find_model(GetParam()))) {
    const plan::DryRun predicted = dry_run(recipe_of(c), kClasses, footing_of(c));
    const Measured measured = measure(c);
    const double step = error(predicted.predicted_peak_bytes, measured.peak);
    const double evaluation = error(predicted.evaluation_peak_bytes, measured.evaluation_peak);
    if (all_combinations())
      std::printf("| %s | %s | %s | %s | %.1f | %.1f | %+.2f %% | %+.2f %% |\n", c.model.c_str(), c.precision.c_str(),
                  c.optimizer.c_str(), c.way.c_str(), static_cast<double>(measured.peak) / (1 << 20),
                  static_cast<double>(predicted.predicted_peak_bytes) / (1 << 20), 100 * step, 100 * evaluation);
    const std::string what = c.model + " " + c.precision + " " + c.optimizer + " " + c.way;
    EXPECT_LE(std::abs(step), kTolerance) << what << ": predicted " << predicted.predicted_peak_bytes << " in "
                                          << predicted.peak_phase << ", measured " << measured.peak;
    EXPECT_LE(std::abs(evaluation), kTolerance) << what << ", evaluation: predicted " << predicted.evaluation_peak_bytes
                                                << ", measured " << measured.evaluation_peak;
    worst = std::max({worst, std::abs(step), std::abs(evaluation)});
  }
  RecordProperty("worst_error_percent", std::to_string(100 * worst));
}

/// A new model or optimiser without a rule for one of its operators fails here, however large it is.
TEST_P(DryRun, KnowsEveryOperator) {
  for (const auto& optimizer : optim::all_optimizers()) {
    for (const char* precision : {"fp32", "bf16"}) {
      const plan::DryRun run = dry_run(recipe_of({GetParam(), precision, optimizer.name, "plain"}), kClasses, {});
      int64_t held = 0, activations = 0;
      for (const int64_t bytes : run.at_peak) held += bytes;
      for (const int64_t bytes : run.activations_at_peak) activations += bytes;
      EXPECT_EQ(held, run.predicted_peak_bytes);
      EXPECT_EQ(activations, run.at_peak[static_cast<size_t>(plan::Holder::kActivations)]);
      EXPECT_GT(run.step_flops, 0);
      for (const plan::BlockCost& block : run.blocks) {
        EXPECT_GT(block.kept_bytes, 0) << block.name;
        EXPECT_GT(block.forward_flops, 0) << block.name;
        EXPECT_GT(block.backward_flops, 1.5 * block.forward_flops - 1) << block.name;
      }
    }
  }
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const nn::ModelSpec& spec : nn::all_models()) names.push_back(spec.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(AllModels, DryRun, testing::ValuesIn(model_names()), [](const auto& name) { return name.param; });

TEST(DryRunFigures, CountTheOperationsOfTheLiterature) {
  // He et al. 2016, table 1: 3.8e9 multiply-adds a picture with the stride on the 1x1; on the 3x3 it is 4.1e9
  // (torchvision's table of models).
  config::Recipe recipe = recipe_of({"resnet50", "fp32", "sgd", "plain"});
  recipe.data.image_size = 224;
  const plan::DryRun run = dry_run(recipe, 1000, {});
  double forward = 0;
  for (const plan::BlockCost& block : run.blocks) forward += block.forward_flops;
  EXPECT_NEAR(forward / (2 * 4.09e9 * 8), 1, 0.01);
  EXPECT_NEAR(run.step_flops / forward, 3, 0.05);  // the first convolution hands no gradient down
}

TEST(DryRunFigures, RecomputingTradesBytesForOperations) {
  Case c{"vit_tiny_patch16_224", "fp32", "adamw", "plain"};
  const plan::DryRun plain = dry_run(recipe_of(c), kClasses, footing_of(c));
  c.way = "recomputed";
  const plan::DryRun again = dry_run(recipe_of(c), kClasses, footing_of(c));
  EXPECT_LT(again.predicted_peak_bytes, plain.predicted_peak_bytes);
  EXPECT_LT(again.blocks[3].kept_bytes, plain.blocks[3].kept_bytes / 4);
  EXPECT_GT(again.step_flops, 1.2 * plain.step_flops);
  EXPECT_EQ(again.resident_bytes, plain.resident_bytes);
}

TEST(DryRunFigures, ATraceEndsWithWhatStays) {
  const plan::DryRun run = dry_run(recipe_of({"resnet18", "fp32", "adamw", "plain"}), kClasses, {});
  int64_t live = 0, peak = 0;
  for (size_t i = 0; i < run.evaluation_begins; ++i) {
    const int64_t bytes = run.allocations[run.trace[i].allocation].bytes;
    live += run.trace[i].frees ? -bytes : bytes;
    if (i >= run.second_step_begins) peak = std::max(peak, live);
  }
  EXPECT_EQ(live, run.resident_bytes);
  EXPECT_EQ(peak, run.predicted_peak_bytes);
  // Weights, running statistics and two moments of each of the 11,181,642 parameters.
  EXPECT_NEAR(static_cast<double>(run.resident_bytes), 3.0 * 4 * 11'181'642, 60'000);
}

TEST(DryRunFigures, DisturbNothing) {
  auto& memory = tensor::install_cpu_allocator();
  const auto before = memory.figures();
  const auto allocator = c10::GetAllocator(c10::kMeta);
  const Case c{"resnet18", "bf16", "sgd", "accumulated"};
  const plan::DryRun first = dry_run(recipe_of(c), kClasses, {}), second = dry_run(recipe_of(c), kClasses, {});
  EXPECT_EQ(first.predicted_peak_bytes, second.predicted_peak_bytes);
  EXPECT_EQ(first.trace.size(), second.trace.size());
  EXPECT_EQ(c10::GetAllocator(c10::kMeta), allocator);
  EXPECT_LT(memory.figures().live_bytes, before.live_bytes + 4096);
  at::Tensor late;
  {
    plan::Ledger ledger;
    const plan::MetaMemory meta(ledger);
    late = at::empty({1000}, at::TensorOptions().device(at::kMeta));
    EXPECT_EQ(ledger.live_bytes(), 4000);
  }
  late.reset();  // after its book is closed
}

}  // namespace
}  // namespace surefoot::train
