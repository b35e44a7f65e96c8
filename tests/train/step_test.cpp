#include "surefoot/train/step.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "surefoot/base/error.h"
#include "surefoot/nn/weights.h"
#include "surefoot/tensor/memory.h"

namespace surefoot::train {
namespace {

/// A small ResNet-18 in fp64 with dropout and stochastic depth, and a batch of noise.
class StepTest : public ::testing::Test {
 protected:
  static constexpr int64_t kSize = 16, kClasses = 5;
  config::Recipe recipe_;
  std::vector<uint8_t> pixels_;
  std::vector<int64_t> labels_;
  data::Batch batch_;

  void SetUp() override {
    tensor::install_cpu_allocator();
    at::set_num_threads(1);
    config::set(recipe_, "data.image_size", std::to_string(kSize));
    config::set(recipe_, "train.batch_norm.group", "4");
    config::set(recipe_, "model.drop_path", "0.3");
    config::set(recipe_, "model.dropout", "0.2");
    config::set(recipe_, "optim.lr", "0.01");
    fill(14);
  }

  void fill(int64_t count) {
    Philox random(1, Purpose::kSynthetic, 0, 0);
    pixels_.resize(static_cast<size_t>(count * kSize * kSize * 3));
    labels_.resize(static_cast<size_t>(count));
    for (uint8_t& value : pixels_) value = static_cast<uint8_t>(random.next_u32());
    for (int64_t& label : labels_) label = static_cast<int64_t>(random.below(kClasses));
    batch_.count = count;
    batch_.pixels = pixels_.data();
    batch_.labels = labels_;
  }

  struct Run {
    std::vector<double> losses;
    tensor::NamedTensors weights;
  };

  /// Trains `steps` steps on the batch. @param fail_first an allocation of the first try of each step fails
  Run run(int64_t micro_batch,
          int64_t steps,
          tensor::Precision precision = tensor::Precision::kFp64,
          uint64_t fail_at = 0) {
    const at::ScalarType dtype = tensor::weight_dtype(precision);
    const auto model = nn::make_model("resnet18",
                                      {.num_classes = kClasses,
                                       .image_size = kSize,
                                       .cifar_stem = true,
                                       .drop_path = recipe_.model.drop_path,
                                       .dropout = recipe_.model.dropout},
                                      {.device = at::kCPU, .dtype = dtype, .seed = 3, .prefix = ""});
    model->set_memory_format(at::MemoryFormat::ChannelsLast);
    const config::Schedule schedule(recipe_, 10, 100);
    const Normalizer normalizer(recipe_.data.mean, recipe_.data.std, at::kCPU, dtype, true);
    nn::BatchNormSums batch_norm;
    const auto optimizer = optim::make_optimizer(recipe_, *model);
    optim::LossScaler scaler;
    Progress progress;
    const plan::Footing footing{.micro_batch = micro_batch};
    Trainee trainee{.recipe = recipe_,
                    .schedule = schedule,
                    .normalizer = normalizer,
                    .device = at::kCPU,
                    .precision = precision,
                    .model = *model,
                    .trainable = model->trainable_parameters(),
                    .batch_norm = batch_norm,
                    .optimizer = *optimizer,
                    .ema = nullptr,
                    .scaler = precision == tensor::Precision::kFp16 ? &scaler : nullptr,
                    .progress = progress,
                    .footing = footing};
    Run result;
    for (int64_t i = 0; i < steps; ++i) {
      if (fail_at > 0) {
        tensor::install_cpu_allocator().fail_allocation(fail_at);
        EXPECT_THROW(train_step(trainee, batch_), std::exception);
        tensor::install_cpu_allocator().fail_allocation(0);
        EXPECT_EQ(progress.step, i) << "a step that failed was counted";
      }
      result.losses.push_back(train_step(trainee, batch_).loss);
    }
    for (const auto& [name, value] : nn::state_dict(*model)) result.weights.emplace_back(name, value.clone());
    return result;
  }

  static double worst_difference(const Run& a, const Run& b) {
    double worst = 0;
    for (size_t i = 0; i < a.weights.size(); ++i) {
      const at::Tensor x = a.weights[i].second.to(at::kDouble), y = b.weights[i].second.to(at::kDouble);
      worst = std::max(worst, ((x - y).abs() / (x.abs() + 1)).max().item<double>());
    }
    return worst;
  }
};

// Dropout, drop path and batch-norm statistics are the same whatever the cut; sums are taken in another order, hence
// 1e-12 in fp64.
TEST_F(StepTest, AnyMicroBatchOfWholeGroupsIsTheSameStep) {
  const Run whole = run(14, 1);
  for (const int64_t micro : {4, 8, 12}) {
    const Run cut = run(micro, 1);
    EXPECT_NEAR(cut.losses[0], whole.losses[0], 1e-12) << micro;
    EXPECT_LT(worst_difference(whole, cut), 1e-12) << micro;
  }
}

TEST_F(StepTest, TheGroupIsPartOfTheRecipe) {
  const Run groups_of_4 = run(14, 1);
  config::set(recipe_, "train.batch_norm.group", "0");
  EXPECT_GT(worst_difference(groups_of_4, run(14, 1)), 1e-6);
}

TEST_F(StepTest, RepeatsBitForBit) {
  const Run a = run(4, 3, tensor::Precision::kFp32), b = run(4, 3, tensor::Precision::kFp32);
  EXPECT_EQ(worst_difference(a, b), 0);
}

// Out of memory anywhere in the step leaves everything as before: retried, the run is bit-identical to one that was
// left alone.
TEST_F(StepTest, AFailedStepLeavesNothingBehind) {
  const Run quiet = run(4, 2, tensor::Precision::kFp32);
  for (const uint64_t allocation : {1, 7, 60, 150, 300, 500}) {
    EXPECT_EQ(worst_difference(quiet, run(4, 2, tensor::Precision::kFp32, allocation)), 0)
        << "allocation " << allocation;
  }
}

TEST_F(StepTest, LearnsTheBatch) {
  config::set(recipe_, "model.drop_path", "0");
  config::set(recipe_, "model.dropout", "0");
  config::set(recipe_, "schedule.warmup_epochs", "0");
  config::set(recipe_, "train.label_smoothing", "0");
  const Run trained = run(14, 25, tensor::Precision::kFp32);
  EXPECT_LT(trained.losses.back(), 0.5 * trained.losses.front());
}

TEST_F(StepTest, StopsAtALossThatIsNotFinite) {
  config::set(recipe_, "optim.lr", "1e30");
  config::set(recipe_, "schedule.warmup_epochs", "0");
  try {
    run(14, 5, tensor::Precision::kFp32);
    FAIL() << "it went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kNotFinite);
    EXPECT_EQ(error.exit_code(), 5);
  }
}

TEST_F(StepTest, ScalesTheLossInHalfPrecision) {
  fill(4);
  config::set(recipe_, "model.drop_path", "0");
  config::set(recipe_, "model.dropout", "0");
  const Run half = run(4, 2, tensor::Precision::kFp16), full = run(4, 2, tensor::Precision::kFp32);
  EXPECT_NEAR(half.losses[0], full.losses[0], 0.02);  // 11 bits of mantissa through 20 layers
}

}  // namespace
}  // namespace surefoot::train
