// Every allocation of a step fails once: nothing is left behind, and the run ends bit-identical.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "surefoot/nn/weights.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/translate_error.h"
#include "surefoot/train/step.h"
#include "train/tiny_models.h"

namespace surefoot::train {
namespace {

struct Case {
  std::string name;
  bool vit;
  std::string optimizer;
  tensor::Precision precision = tensor::Precision::kFp32;
  bool ema = false, clip = false;
  int64_t micro_batch = 4;
  nn::Recompute recompute = nn::Recompute::kNone;
  bool offload = false;
};

constexpr int64_t kSize = 8, kBatch = 4;

/// Everything that a step works on, at its start.
struct World {
  World(const Case& c, const config::Recipe& recipe)
      : model(make(c)),
        schedule(recipe, 10, 100000),
        normalizer(recipe.data.mean, recipe.data.std, at::kCPU, tensor::weight_dtype(c.precision), !c.vit),
        optimizer(optim::make_optimizer(recipe, *model)),
        ema(*model, 0.9),
        footing{.micro_batch = c.micro_batch,
                .recompute = std::vector<nn::Recompute>(model->block_names().size(), c.recompute),
                .offload = c.offload},
        trainee{.recipe = recipe,
                .schedule = schedule,
                .normalizer = normalizer,
                .device = at::kCPU,
                .precision = c.precision,
                .model = *model,
                .trainable = model->trainable_parameters(),
                .batch_norm = batch_norm,
                .optimizer = *optimizer,
                .ema = c.ema ? &ema : nullptr,
                .scaler = c.precision == tensor::Precision::kFp16 ? &scaler : nullptr,
                .progress = progress,
                .footing = footing,
                .groups_matter = !c.vit} {}

  static std::unique_ptr<nn::Model> make(const Case& c) {
    const nn::Build build{.device = at::kCPU, .dtype = tensor::weight_dtype(c.precision), .seed = 3, .prefix = ""};
    if (c.vit) return std::make_unique<testing::TinyVit>(build);
    auto model = std::make_unique<testing::TinyResNet>(build);
    model->set_memory_format(at::MemoryFormat::ChannelsLast);
    return model;
  }
  /// Weights, buffers, averages, optimiser.
  tensor::NamedTensors state() const {
    tensor::NamedTensors all = nn::state_dict(*model);
    for (const auto& [name, value] : ema.state()) all.emplace_back("ema " + name, value);
    for (const auto& [name, value] : optimizer->state()) all.emplace_back("optimizer " + name, value);
    return all;
  }

  std::unique_ptr<nn::Model> model;
  config::Schedule schedule;
  Normalizer normalizer;
  nn::BatchNormSums batch_norm;
  std::unique_ptr<optim::Optimizer> optimizer;
  optim::Ema ema;
  optim::LossScaler scaler{128};
  Progress progress;
  plan::Footing footing;
  Trainee trainee;
};

void expect_same_bits(const World& a, const World& b, uint64_t k) {
  const tensor::NamedTensors x = a.state(), y = b.state();
  ASSERT_EQ(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i)
    ASSERT_TRUE(at::equal(x[i].second, y[i].second)) << x[i].first << " after allocation " << k << " failed";
}

tensor::NamedTensors copies(const tensor::NamedTensors& of) {
  tensor::NamedTensors made;
  for (const auto& [name, value] : of) made.emplace_back(name, value.detach().clone());
  return made;
}

/// Relative to 1 + |a|; of the tensors that both have.
double worst_difference(const tensor::NamedTensors& a, const tensor::NamedTensors& b) {
  double worst = 0;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const at::Tensor x = a[i].second.to(at::kDouble), y = b[i].second.to(at::kDouble);
    worst = std::max(worst, ((x - y).abs() / (x.abs() + 1)).max().item<double>());
  }
  return worst;
}

/// A batch of noise.
struct Noise {
  Noise() : pixels(kBatch * kSize * kSize * 3), labels(kBatch) {
    Philox random(1, Purpose::kSynthetic, 0, 0);
    for (uint8_t& value : pixels) value = static_cast<uint8_t>(random.next_u32());
    for (int64_t& label : labels) label = static_cast<int64_t>(random.below(4));
    batch.count = kBatch;
    batch.pixels = pixels.data();
    batch.labels = labels;
  }
  std::vector<uint8_t> pixels;
  std::vector<int64_t> labels;
  data::Batch batch;
};

class EveryAllocation : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    allocator_.fail_allocation(0);
    at::set_num_threads(1);
    const Case& c = GetParam();
    for (const std::string& assignment :
         {std::string("data.image_size=8"), std::string("train.batch_norm.group=2"), std::string("optim.lr=0.01"),
          "optim.name=" + c.optimizer, std::string("train.clip_norm=") + (c.clip ? "1e-6" : "0"),
          std::string("schedule.warmup_epochs=0")})
      config::set_assignment(recipe_, assignment);
  }

  /// @return allocations that the step made
  uint64_t step(World& world) {
    const uint64_t before = allocator_.allocations();
    train_step(world.trainee, noise_.batch);
    return allocator_.allocations() - before;
  }

  /// A step whose allocation `k` fails, and the same again. @param state_may_stay  the optimiser's zeros of its first
  /// step
  void step_with_failure(World& world, uint64_t k, bool state_may_stay) {
    const uint64_t live = allocator_.figures().live_bytes;
    const int64_t steps = world.progress.step;
    allocator_.fail_allocation(k);
    std::exception_ptr error;
    try {
      train_step(world.trainee, noise_.batch);
      FAIL() << "there is no allocation " << k;
    } catch (...) {
      error = std::current_exception();
    }
    ASSERT_TRUE(tensor::is_out_of_memory(error));
    EXPECT_EQ(world.progress.step, steps);
    if (!state_may_stay) ASSERT_EQ(allocator_.figures().live_bytes, live) << "leaked at allocation " << k;
    step(world);
    if (!state_may_stay) ASSERT_EQ(allocator_.figures().live_bytes, live) << "leaked at allocation " << k;
  }

  tensor::CountingAllocator& allocator_ = tensor::install_cpu_allocator();
  config::Recipe recipe_;
  Noise noise_;
};

TEST_P(EveryAllocation, MayFailWithoutATrace) {
  World quiet(GetParam(), recipe_), disturbed(GetParam(), recipe_);
  const uint64_t first = step(quiet);  // makes the optimiser's state
  ASSERT_GT(first, 50u);
  for (uint64_t k = 1; k <= first; ++k) {
    World fresh(GetParam(), recipe_);
    ASSERT_NO_FATAL_FAILURE(step_with_failure(fresh, k, /*state_may_stay=*/true));
    ASSERT_NO_FATAL_FAILURE(expect_same_bits(quiet, fresh, k));
  }
  step(disturbed);
  const uint64_t steady = step(quiet);
  step(disturbed);
  // One failure a step, each time one allocation later, over one long run.
  for (uint64_t k = 1; k <= steady; ++k) {
    ASSERT_EQ(step(quiet), steady);
    ASSERT_NO_FATAL_FAILURE(step_with_failure(disturbed, k, /*state_may_stay=*/false));
    ASSERT_NO_FATAL_FAILURE(expect_same_bits(quiet, disturbed, k));
  }
}

// Equal to rounding: the same sum in another order.
TEST(SplitStep, IsTheWholeOne) {
  at::set_num_threads(1);
  tensor::install_cpu_allocator();
  for (const bool vit : {false, true}) {
    config::Recipe recipe;
    for (const char* assignment :
         {"data.image_size=8", "train.batch_norm.group=2", "optim.lr=0.01", "schedule.warmup_epochs=0"})
      config::set_assignment(recipe, assignment);
    Noise noise;
    Case c{.name = "", .vit = vit, .optimizer = "sgd", .precision = tensor::Precision::kFp64, .ema = true};
    World whole(c, recipe);
    const tensor::NamedTensors before = copies(whole.state());
    train_step(whole.trainee, noise.batch);
    for (const int64_t micro_batch : {1, 2, 3}) {
      c.micro_batch = micro_batch;
      World cut(c, recipe);
      train_step(cut.trainee, noise.batch);
      EXPECT_LT(worst_difference(whole.state(), cut.state()), 1e-12) << (vit ? "vit " : "resnet ") << micro_batch;
    }
    EXPECT_GT(worst_difference(whole.state(), before), 1e-6) << "a step changes something";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Steps,
    EveryAllocation,
    ::testing::Values(
        Case{.name = "ResNetSgd", .vit = false, .optimizer = "sgd", .clip = true, .micro_batch = 2},
        Case{.name = "ResNetAdamWEma", .vit = false, .optimizer = "adamw", .ema = true, .clip = true},
        Case{.name = "VitAdamWEma", .vit = true, .optimizer = "adamw", .ema = true, .clip = true},
        Case{.name = "VitSgdRecompute", .vit = true, .optimizer = "sgd", .recompute = nn::Recompute::kBlock},
        Case{.name = "ResNetCheapOffload",
             .vit = false,
             .optimizer = "sgd",
             .recompute = nn::Recompute::kCheap,
             .offload = true},
        Case{.name = "VitHalfScaled", .vit = true, .optimizer = "adamw", .precision = tensor::Precision::kFp16}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace surefoot::train
