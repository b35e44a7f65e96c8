// Cutting the micro-batches differently changes neither statistics, nor masks, nor (beyond rounding) the gradient.
#include <gtest/gtest.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "surefoot/nn/layers.h"
#include "surefoot/nn/model.h"
#include "surefoot/nn/weights.h"

namespace surefoot::nn {
namespace {

// Two spinning threads a test are slow where many tests run at once; no result here depends on their number.
const bool kOneThread = (at::set_num_threads(1), true);

struct Outcome {
  std::vector<at::Tensor> gradients, buffers;
  at::Tensor logits;
};

/// One step's gradients and buffers with the batch of 7 cut as told.
Outcome run(const std::string& name,
            const ModelOptions& options,
            const std::vector<std::vector<int64_t>>& cut,
            bool channels_last) {
  const auto model = make_model(name, options, {.dtype = at::kDouble, .seed = 5});
  if (channels_last) model->set_memory_format(at::MemoryFormat::ChannelsLast);
  at::Tensor images = at::sin(at::arange(7 * 3 * 32 * 32, at::kDouble) * 0.37).reshape({7, 3, 32, 32});
  if (channels_last) images = images.contiguous(at::MemoryFormat::ChannelsLast);
  BatchNormSums sums;
  Outcome outcome;
  std::vector<at::Tensor> logits;
  int64_t first = 0;
  for (const auto& groups : cut) {
    int64_t count = 0;
    for (const int64_t group : groups) count += group;
    const Pass pass{
        .training = true, .seed = 5, .step = 9, .first_sample = first, .groups = groups, .batch_norm = &sums};
    const at::Tensor part = model->forward(images.narrow(0, first, count), pass);
    logits.push_back(part.detach());
    (part * part).sum().backward();
    first += count;
  }
  outcome.logits = at::cat(logits);
  sums.apply();
  for (const NamedTensor& entry : model->named_tensors()) {
    if (entry.kind == Kind::kBuffer)
      outcome.buffers.push_back(entry.tensor.to(at::kDouble));
    else
      outcome.gradients.push_back(entry.tensor.grad());
  }
  return outcome;
}

void expect_near(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    const double scale = std::max(1.0, b[i].abs().max().item<double>());
    EXPECT_LE((a[i] - b[i]).abs().max().item<double>(), tolerance * scale) << "tensor " << i;
  }
}

class CutBatch : public testing::TestWithParam<bool> {};

TEST_P(CutBatch, GivesTheSameResNetStep) {
  const ModelOptions options{.num_classes = 4, .image_size = 32, .drop_path = 0.3, .dropout = 0.4};
  const Outcome whole = run("resnet18", options, {{3, 2, 2}}, GetParam()),
                parts = run("resnet18", options, {{3}, {2, 2}}, GetParam());
  expect_near(parts.gradients, whole.gradients, 1e-12);
  expect_near(parts.buffers, whole.buffers, 1e-12);
  expect_near({parts.logits}, {whole.logits}, 1e-12);
}

TEST_P(CutBatch, OtherGroupsAreAnotherStep) {
  const ModelOptions options{.num_classes = 4, .image_size = 32};
  const Outcome three = run("resnet18", options, {{3, 2, 2}}, GetParam()),
                one = run("resnet18", options, {{7}}, GetParam());
  EXPECT_GT((three.gradients[0] - one.gradients[0]).abs().max().item<double>(), 1e-6);
}
INSTANTIATE_TEST_SUITE_P(Formats, CutBatch, testing::Bool(), [](const auto& is) {
  return is.param ? "ChannelsLast" : "Contiguous";
});

TEST(CutBatch, GivesTheSameTransformerStep) {
  const ModelOptions options{.num_classes = 4, .image_size = 32, .drop_path = 0.3, .dropout = 0.4};
  const Outcome whole = run("vit_tiny_patch16_224", options, {{7}}, false),
                parts = run("vit_tiny_patch16_224", options, {{3}, {4}}, false);
  expect_near(parts.gradients, whole.gradients, 1e-12);
}

TEST(BatchNorm, OneGroupEqualsPyTorchsLayerAndLeavesTheBuffersAlone) {
  BatchNorm2d layer({.dtype = at::kDouble, .prefix = "bn."}, 5);
  const at::Tensor x = at::randn({6, 5, 3, 3}, at::kDouble) * 3 + 1;
  const at::Tensor mean = at::zeros({5}, at::kDouble), variance = at::ones({5}, at::kDouble);
  const at::Tensor expected =
      at::batch_norm(x, at::ones({5}, at::kDouble), at::zeros({5}, at::kDouble), mean, variance, true, 0.1, 1e-5, true);
  BatchNormSums sums;
  const at::Tensor y = layer.forward(x, {.training = true, .batch_norm = &sums});
  EXPECT_TRUE(y.equal(expected));
  const auto named = layer.named_tensors();
  EXPECT_EQ(named[2].tensor.abs().max().item<double>(), 0) << "running_mean was touched by the forward";
  sums.apply();
  EXPECT_TRUE(named[2].tensor.allclose(mean, 1e-14, 1e-14));
  EXPECT_TRUE(named[3].tensor.allclose(variance, 1e-14, 1e-14));
  EXPECT_EQ(named[4].tensor.item<int64_t>(), 1);
}

TEST(BatchNorm, RunningStatisticsFollowTheMeanOverTheGroups) {
  BatchNorm2d layer({.dtype = at::kDouble, .prefix = "bn."}, 2);
  const at::Tensor x = at::randn({5, 2, 4, 4}, at::kDouble);
  BatchNormSums sums;
  layer.forward(x, {.training = true, .groups = {3, 2}, .batch_norm = &sums});
  sums.apply(1.0);
  const auto variance_of = [&](int64_t first, int64_t count) {
    return x.narrow(0, first, count).transpose(0, 1).flatten(1).var(1);
  };
  EXPECT_TRUE(layer.named_tensors()[3].tensor.allclose((variance_of(0, 3) + variance_of(3, 2)) / 2, 1e-12, 1e-12));
}

TEST(BatchNorm, ClearedSumsChangeNothing) {
  BatchNorm2d layer({.prefix = "bn."}, 2);
  BatchNormSums sums;
  layer.forward(at::randn({4, 2, 2, 2}), {.training = true, .batch_norm = &sums});
  EXPECT_FALSE(sums.empty());
  sums.clear();
  sums.apply();
  EXPECT_EQ(layer.named_tensors()[4].tensor.item<int64_t>(), 0);
}

TEST(Dropout, KeepsTheMeanAndDependsOnPositionStepAndLayer) {
  const at::Tensor ones = at::ones({64, 256});
  const Pass pass{.training = true, .seed = 1, .step = 2};
  const at::Tensor dropped = dropout(ones, 0.25, 0, pass);
  EXPECT_NEAR(dropped.mean().item<double>(), 1, 0.02);
  EXPECT_NEAR(dropped.eq(0).to(at::kDouble).mean().item<double>(), 0.25, 0.02);
  EXPECT_FALSE(dropped[0].equal(dropped[1]));
  Pass shifted = pass;
  shifted.first_sample = 10;
  EXPECT_TRUE(dropout(ones.narrow(0, 0, 5), 0.25, 0, shifted).equal(dropped.narrow(0, 10, 5)));
  EXPECT_FALSE(dropout(ones, 0.25, 1, pass).equal(dropped));
  EXPECT_TRUE(dropout(ones, 0.25, 0, {}).equal(ones)) << "evaluation drops nothing";
}

}  // namespace
}  // namespace surefoot::nn
