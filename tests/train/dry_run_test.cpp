// What a dry run predicts against what the CPU's allocator counts, for every model and optimiser of the catalogues: one
// added later is measured without a word here. SUREFOOT_DRY_RUN_TABLE=1 prints the rows of docs/results.md.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "surefoot/nn/model.h"
#include "surefoot/plan/ledger.h"
#include "surefoot/plan/meta_memory.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/memory/bare_session.h"
#include "surefoot/train/memory/dry_run.h"

namespace surefoot::train {
namespace {

constexpr int64_t kClasses = 10;
constexpr double kTolerance = 0.01;
constexpr const char* kWays[] = {"plain", "recomputed", "accumulated"};

/// One that takes about a second: small models get pictures that outweigh their weights, large ones do not.
config::Recipe recipe_of(const std::string& model, const std::string& precision, const std::string& optimizer) {
  const int64_t parameters = nn::find_model(model).parameters;
  config::Recipe r;
  r.model.name = model;
  r.model.stem = "imagenet";
  r.optim.name = optimizer;
  r.data.image_size = parameters < 12'000'000 ? 96 : parameters < 30'000'000 ? 64 : 32;
  r.train.batch = r.train.batch_norm_group = r.train.micro_batch = r.train.eval_batch = parameters < 30'000'000 ? 8 : 4;
  r.train.precision = precision;
  r.train.device = "cpu";
  r.train.threads = at::get_num_threads();
  r.train.clip_norm = 1;
  return r;
}

/// The recipe's other ingredients.
void add_ingredients(config::Recipe& r) {
  r.train.ema = 0.99;
  r.train.label_smoothing = 0.1;
  r.model.dropout = r.model.drop_path = 0.2;
}

config::Recipe cut_in_two(config::Recipe recipe) {
  recipe.train.micro_batch = recipe.train.batch_norm_group = recipe.train.batch / 2;
  return recipe;
}

plan::Footing footing_of(const config::Recipe& recipe, const std::string& way) {
  plan::Footing footing{.micro_batch = recipe.train.micro_batch, .eval_batch = recipe.train.eval_batch};
  if (way != "recomputed") return footing;
  const auto model = nn::make_model(recipe.model.name, {.num_classes = kClasses, .image_size = recipe.data.image_size},
                                    {.device = at::kMeta});
  footing.recompute.assign(model->block_names().size(), nn::Recompute::kBlock);
  return footing;
}

plan::DryRun predicted(const config::Recipe& recipe, const std::string& way) {
  return dry_run(recipe, kClasses, footing_of(recipe, way));
}

/// Trains for real, on the CPU.
class MeasuredSession {
 public:
  explicit MeasuredSession(const config::Recipe& recipe)
      : before_(live()),
        recipe_(recipe),
        session_(recipe, kClasses, footing_of(recipe, "plain"), at::kCPU),
        labels_(static_cast<size_t>(recipe.train.batch), 1) {
    session_.make_average();
    const int64_t size = recipe.data.image_size;
    pixels_.resize(static_cast<size_t>(recipe.train.batch * size * size * 3));
    for (size_t i = 0; i < pixels_.size(); ++i) pixels_[i] = static_cast<uint8_t>(i * 2654435761U >> 13);
    step(recipe_, "plain");  // the optimiser's state appears
  }
  /// Highest live bytes of a step. @param recipe  the session's, maybe cut otherwise
  int64_t step(const config::Recipe& recipe, const std::string& way) {
    const plan::Footing footing = footing_of(recipe, way);
    const Trainee t = session_.trainee();
    Trainee trainee{.recipe = recipe,
                    .schedule = t.schedule,
                    .normalizer = t.normalizer,
                    .device = t.device,
                    .precision = t.precision,
                    .model = t.model,
                    .trainable = t.trainable,
                    .batch_norm = t.batch_norm,
                    .optimizer = t.optimizer,
                    .ema = t.ema,
                    .scaler = t.scaler,
                    .progress = t.progress,
                    .footing = footing,
                    .groups_matter = t.groups_matter};
    data::Batch batch;
    batch.count = recipe.train.batch;
    batch.pixels = pixels_.data();
    batch.labels = labels_;
    memory_.reset_peak();
    train_step(trainee, batch, [](const StepResult&) { return true; });
    return peak();
  }
  void compute_in(const std::string& precision) { session_.compute_in(tensor::resolve_precision(precision, at::kCPU)); }
  int64_t evaluation() {
    memory_.reset_peak();
    session_.evaluate_batch(pixels_.data());
    return peak();
  }

 private:
  int64_t live() const { return static_cast<int64_t>(memory_.figures().live_bytes); }
  int64_t peak() const { return static_cast<int64_t>(memory_.figures().peak_bytes) - before_; }

  tensor::CountingAllocator& memory_ = tensor::install_cpu_allocator();
  int64_t before_;
  config::Recipe recipe_;
  BareSession session_;
  std::vector<int64_t> labels_;
  std::vector<uint8_t> pixels_;
};

struct Errors {
  double worst = 0;
  void note(const std::string& what, const std::string& phase, int64_t predicted, int64_t measured) {
    const double error = static_cast<double>(predicted - measured) / static_cast<double>(measured);
    EXPECT_LE(std::abs(error), kTolerance)
        << what << ": predicted " << predicted << " in " << phase << ", measured " << measured;
    worst = std::max(worst, std::abs(error));
    if (std::getenv("SUREFOOT_DRY_RUN_TABLE") != nullptr)
      std::printf("| %s | %.1f | %.1f | %+.2f %% |\n", what.c_str(), static_cast<double>(predicted) / (1 << 20),
                  static_cast<double>(measured) / (1 << 20), 100 * error);
  }
};

class DryRun : public testing::TestWithParam<std::string> {};

TEST_P(DryRun, PredictsThePeakOfLiveBytes) {
  Errors errors;
  bool with_ingredients = false;
  for (const optim::OptimizerSpec& optimizer : optim::all_optimizers()) {  // every second one with all else there is
    config::Recipe recipe = recipe_of(GetParam(), "fp32", optimizer.name);
    if (with_ingredients) add_ingredients(recipe);
    MeasuredSession session(recipe);
    for (const char* precision : {"fp32", "bf16"}) {
      recipe.train.precision = precision;
      session.compute_in(precision);
      const std::string what = GetParam() + " | " + precision + " | " + optimizer.name + " | ";
      for (const std::string way : kWays) {
        const config::Recipe cut = way == "accumulated" ? cut_in_two(recipe) : recipe;
        const plan::DryRun run = predicted(cut, way);
        errors.note(what + way, run.peak_phase, run.predicted_peak_bytes, session.step(cut, way));
        if (way == "plain")
          errors.note(what + "evaluation", "evaluation", run.evaluation_peak_bytes, session.evaluation());
      }
    }
    with_ingredients = !with_ingredients;
  }
  std::printf("%s: off by at most %.2f %%\n", GetParam().c_str(), 100 * errors.worst);
}

/// A new model or optimiser without a rule for one of its operators fails here, however large it is.
TEST_P(DryRun, KnowsEveryOperator) {
  for (const auto& optimizer : optim::all_optimizers()) {
    for (const char* precision : {"fp32", "bf16"}) {
      const plan::DryRun run = predicted(recipe_of(GetParam(), precision, optimizer.name), "plain");
      int64_t held = 0, activations = 0;
      for (const int64_t bytes : run.at_peak) held += bytes;
      for (const int64_t bytes : run.activations_at_peak) activations += bytes;
      EXPECT_EQ(held, run.predicted_peak_bytes);
      EXPECT_EQ(activations, run.at_peak[static_cast<size_t>(plan::Holder::kActivations)]);
      EXPECT_GT(run.step_flops, 0);
      for (const plan::BlockCost& block : run.blocks) {
        EXPECT_GT(block.kept_bytes, 0) << block.name;
        EXPECT_GT(block.forward_flops, 0) << block.name;
        // The first block hands no gradient down: only its weights take one.
        EXPECT_GT(block.backward_flops, (&block == run.blocks.data() ? 0.99 : 1.5) * block.forward_flops) << block.name;
      }
    }
  }
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const nn::ModelSpec& spec : nn::all_models()) names.push_back(spec.name);
  return names;
}
INSTANTIATE_TEST_SUITE_P(AllModels, DryRun, testing::ValuesIn(model_names()), [](const auto& name) {
  return name.param;
});

TEST(DryRunFigures, CountTheOperationsOfTheLiterature) {
  // He et al. 2016, table 1: 3.8e9 multiply-adds a picture with the stride on the 1x1; on the 3x3 it is 4.1e9
  // (torchvision's table of models).
  config::Recipe recipe = recipe_of("resnet50", "fp32", "sgd");
  recipe.data.image_size = 224;
  const plan::DryRun run = dry_run(recipe, 1000, {});
  double forward = 0;
  for (const plan::BlockCost& block : run.blocks) forward += block.forward_flops;
  EXPECT_NEAR(forward / (2 * 4.09e9 * 8), 1, 0.01);
  EXPECT_NEAR(run.step_flops / forward, 3, 0.05);  // the first convolution hands no gradient down
}

TEST(DryRunFigures, RecomputingTradesBytesForOperations) {
  const config::Recipe recipe = recipe_of("vit_tiny_patch16_224", "fp32", "adamw");
  const plan::DryRun plain = predicted(recipe, "plain"), again = predicted(recipe, "recomputed");
  EXPECT_LT(again.predicted_peak_bytes, plain.predicted_peak_bytes);
  EXPECT_LT(again.blocks[3].kept_bytes, plain.blocks[3].kept_bytes / 4);
  EXPECT_GT(again.step_flops, 1.2 * plain.step_flops);
  EXPECT_EQ(again.resident_bytes, plain.resident_bytes);
}

TEST(DryRunFigures, ATraceEndsWithWhatStays) {
  const plan::DryRun run = predicted(recipe_of("resnet18", "fp32", "adamw"), "plain");
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
  const config::Recipe recipe = cut_in_two(recipe_of("resnet18", "bf16", "sgd"));
  const plan::DryRun first = predicted(recipe, "accumulated"), second = predicted(recipe, "accumulated");
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
