// Every allocation of a step fails once: nothing is left behind, and the run ends bit-identical.
#include <ATen/ATen.h>
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
  nn::Recompute recompute = nn::Recompute::kNone;
  bool offload = false;
};

class EveryAllocation : public ::testing::TestWithParam<Case> {
 protected:
  static constexpr int64_t kSize = 8, kBatch = 8;
  static constexpr int64_t kSteps = 3;

  void SetUp() override {
    tensor::install_cpu_allocator();
    at::set_num_threads(1);
    const Case& c = GetParam();
    for (const std::string& assignment :
         {std::string("data.image_size=8"), std::string("train.batch_norm.group=4"), std::string("optim.lr=0.01"),
          "optim.name=" + c.optimizer, std::string("train.clip_norm=") + (c.clip ? "0.1" : "0"),
          std::string("schedule.warmup_epochs=0")})
      config::set_assignment(recipe_, assignment);
    Philox random(1, Purpose::kSynthetic, 0, 0);
    pixels_.resize(kBatch * kSize * kSize * 3);
    for (uint8_t& value : pixels_) value = static_cast<uint8_t>(random.next_u32());
    labels_.resize(kBatch);
    for (int64_t& label : labels_) label = static_cast<int64_t>(random.below(4));
    batch_.count = kBatch;
    batch_.pixels = pixels_.data();
    batch_.labels = labels_;
  }

  struct Run {
    tensor::NamedTensors state;  // weights and averages
    std::vector<uint64_t> allocations;  // of each step
    uint64_t live_after = 0;
    int64_t failures = 0;
  };

  /// @param fail  in each step, the allocation of its first try that fails; 0: none
  Run run(uint64_t fail) {
    const Case& c = GetParam();
    const at::ScalarType dtype = tensor::weight_dtype(c.precision);
    const nn::Build build{.device = at::kCPU, .dtype = dtype, .seed = 3, .prefix = ""};
    std::unique_ptr<nn::Model> model;
    if (c.vit) model = std::make_unique<testing::TinyVit>(build);
    if (!c.vit) model = std::make_unique<testing::TinyResNet>(build);
    const config::Schedule schedule(recipe_, 10, 100);
    const Normalizer normalizer(recipe_.data.mean, recipe_.data.std, at::kCPU, dtype, false);
    nn::BatchNormSums batch_norm;
    const auto optimizer = optim::make_optimizer(recipe_, *model);
    optim::Ema ema(*model, 0.9);
    optim::LossScaler scaler(128);
    Progress progress;
    const plan::Footing footing{.micro_batch = 4,
                                .recompute = std::vector<nn::Recompute>(model->block_names().size(), c.recompute),
                                .offload = c.offload};
    Trainee trainee{.recipe = recipe_,
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
                    .footing = footing};
    Run result;
    tensor::CountingAllocator& allocator = tensor::install_cpu_allocator();
    for (int64_t i = 0; i < kSteps; ++i) {
      const uint64_t before = allocator.allocations(), live = allocator.figures().live_bytes;
      allocator.fail_allocation(fail);
      if (!tried(trainee)) {
        ++result.failures;
        // The optimiser's zeros of the first step may stay: it starts from zeros anyway.
        if (i > 0) EXPECT_EQ(allocator.figures().live_bytes, live) << "leaked at allocation " << fail;
        EXPECT_EQ(progress.step, i);
        EXPECT_TRUE(tried(trainee)) << "the second try failed at allocation " << fail;
      }
      allocator.fail_allocation(0);
      result.allocations.push_back(allocator.allocations() - before);
    }
    for (const auto& [name, value] : nn::state_dict(*model)) result.state.emplace_back(name, value.clone());
    for (const auto& [name, value] : ema.state()) result.state.emplace_back("ema " + name, value.clone());
    return result;
  }

  /// False where memory ran out; anything else fails the test.
  bool tried(Trainee& trainee) {
    std::exception_ptr error;
    try {
      train_step(trainee, batch_);
      return true;
    } catch (...) {
      error = std::current_exception();
    }
    EXPECT_TRUE(tensor::is_out_of_memory(error));
    return false;
  }

  config::Recipe recipe_;
  std::vector<uint8_t> pixels_;
  std::vector<int64_t> labels_;
  data::Batch batch_;
};

TEST_P(EveryAllocation, MayFailWithoutATrace) {
  const Run quiet = run(0);
  ASSERT_EQ(quiet.failures, 0);
  const uint64_t last = *std::ranges::max_element(quiet.allocations);
  ASSERT_GT(last, 50u);
  int64_t failures = 0;
  for (uint64_t k = 1; k <= last; ++k) {
    const Run disturbed = run(k);
    failures += disturbed.failures;
    for (size_t i = 0; i < quiet.state.size(); ++i)
      ASSERT_TRUE(at::equal(quiet.state[i].second, disturbed.state[i].second)) << quiet.state[i].first << " after " << k;
  }
  // Every allocation of the first step, which also makes the optimiser's state, and of the steady ones.
  EXPECT_GE(failures, static_cast<int64_t>(quiet.allocations[0] + quiet.allocations[1] + quiet.allocations[2]));
}

INSTANTIATE_TEST_SUITE_P(
    Steps,
    EveryAllocation,
    ::testing::Values(Case{.name = "ResNetSgd", .vit = false, .optimizer = "sgd", .clip = true},
                      Case{.name = "ResNetAdamWEma", .vit = false, .optimizer = "adamw", .ema = true, .clip = true},
                      Case{.name = "VitAdamWEma", .vit = true, .optimizer = "adamw", .ema = true, .clip = true},
                      Case{.name = "VitSgdRecompute", .vit = true, .optimizer = "sgd", .recompute = nn::Recompute::kBlock},
                      Case{.name = "ResNetCheapOffload", .vit = false, .optimizer = "sgd",
                           .recompute = nn::Recompute::kCheap, .offload = true},
                      Case{.name = "VitHalfScaled", .vit = true, .optimizer = "adamw", .precision = tensor::Precision::kFp16}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace surefoot::train
