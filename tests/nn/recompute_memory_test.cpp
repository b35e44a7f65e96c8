// What is not kept is not there: the peak falls; and wherever memory runs out, nothing leaks and the next try has the
// same bits.
#include <gtest/gtest.h>

#include <cstdio>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>

#include "surefoot/nn/layers.h"
#include "surefoot/nn/model.h"
#include "surefoot/nn/recomputed.h"
#include "surefoot/tensor/host_memory.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/precision.h"
#include "surefoot/tensor/saved_tensors.h"

namespace surefoot::nn {
namespace {

using tensor::Precision;

const bool kOneThread = (at::set_num_threads(1), true);

class ConvolutionBlock final : public Module {
 public:
  ConvolutionBlock(Build build, int64_t in, int64_t out) : Module(std::move(build)) {
    first_ = &child<Conv2d>("conv1", Conv2d::Options{.in = in, .out = out, .kernel = 3, .padding = 1});
    norm_ = &child<BatchNorm2d>("bn1", out);
    second_ = &child<Conv2d>("conv2", Conv2d::Options{.in = out, .out = out, .kernel = 3, .padding = 1});
  }
  at::Tensor forward(const at::Tensor& x, const Pass& pass) const {
    const at::Tensor y = norm_->forward(first_->forward(x), pass).relu_();
    return drop_path(second_->forward(y), 0.4, 1, pass) + y;
  }

 private:
  Conv2d *first_, *second_;
  BatchNorm2d* norm_;
};

class TokenBlock final : public Module {
 public:
  TokenBlock(Build build, int64_t features) : Module(std::move(build)) {
    norm_ = &child<LayerNorm>("norm", features);
    up_ = &child<Linear>("up", features, 2 * features, Init::uniform(0.3), Init::uniform(0.1));
    down_ = &child<Linear>("down", 2 * features, features, Init::uniform(0.3), Init::uniform(0.1));
  }
  at::Tensor forward(const at::Tensor& x, const Pass& pass) const {
    const at::Tensor y = norm_->forward(x);
    const at::Tensor mixed = keep_all([&] { return at::scaled_dot_product_attention(y, x, y); });
    return x + dropout(down_->forward(at::gelu(up_->forward(mixed))), 0.3, 2, pass);
  }

 private:
  LayerNorm* norm_;
  Linear *up_, *down_;
};

/// Every kind of layer once or twice, small enough to run out of memory at each of its allocations.
class Tiny final : public Model {
 public:
  explicit Tiny(const Build& build) : Model(build) {
    for (int64_t i = 0; i < 2; ++i)
      convolutions_.push_back(&child<ConvolutionBlock>("c" + std::to_string(i), i == 0 ? 3 : 8, 8));
    tokens_ = &child<TokenBlock>("t", 8);
    head_ = &child<Linear>("head", 8, 3, Init::uniform(0.3), Init::constant(0));
  }
  at::Tensor features(const at::Tensor& images, const Pass& pass) override {
    at::Tensor x = run_block(*convolutions_[0], images, pass, 0);
    x = run_block(*convolutions_[1], x, pass, 1).flatten(2).transpose(1, 2).unsqueeze(1);
    return run_block(*tokens_, x, pass, 2).mean(c10::IntArrayRef{1, 2});
  }
  at::Tensor forward(const at::Tensor& images, const Pass& pass) override {
    return head_->forward(features(images, pass));
  }
  std::vector<std::string> block_names() const override { return {"c0", "c1", "t"}; }
  std::string head_prefix() const override { return "head"; }
  bool prefers_channels_last() const override { return false; }

 private:
  std::vector<ConvolutionBlock*> convolutions_;
  TokenBlock* tokens_;
  Linear* head_;
};

/// One step's gradients; @param level of every block
std::vector<at::Tensor> step(Model& model,
                             const at::Tensor& images,
                             Recompute level,
                             Precision precision = Precision::kFp32,
                             bool offload = false) {
  BatchNormSums sums;
  const Pass pass{.training = true,
                  .seed = 1,
                  .step = 2,
                  .groups = {images.size(0) / 2, images.size(0) - images.size(0) / 2},
                  .batch_norm = &sums,
                  .recompute = std::vector<Recompute>(model.block_names().size(), level)};
  struct Gradients {  // dropped also where the step fails
    Model& model;
    ~Gradients() {
      for (at::Tensor& parameter : model.trainable_parameters()) parameter.mutable_grad() = at::Tensor();
    }
  } dropped{model};
  at::Tensor logits;
  {
    std::unique_ptr<tensor::OffloadSavedTensors> offloaded;
    if (offload) offloaded = std::make_unique<tensor::OffloadSavedTensors>(at::kCPU, 1024);
    const tensor::Autocast autocast(at::kCPU, precision);
    logits = model.forward(images, pass);
  }
  logits.to(at::kFloat).pow(2).sum().backward();
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : model.trainable_parameters()) gradients.push_back(parameter.grad());
  return gradients;
}

bool equal(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  bool same = a.size() == b.size();
  for (size_t i = 0; same && i < a.size(); ++i) same = a[i].equal(b[i]);
  return same;
}

using Way = std::tuple<Recompute, Precision, bool>;  // level, precision, offload
class EveryAllocation : public testing::TestWithParam<Way> {};

TEST_P(EveryAllocation, MayFailWithoutALeakAndWithoutChangingABitOfTheNextTry) {
  tensor::CountingAllocator& allocator = tensor::install_cpu_allocator();
  const auto& [level, precision, offload] = GetParam();
  Tiny model({.seed = 3});
  const at::Tensor images = at::sin(at::arange(4 * 3 * 8 * 8)).reshape({4, 3, 8, 8});
  const auto expected = step(model, images, Recompute::kNone, precision);
  for (const at::Tensor& gradient : expected) ASSERT_GT(gradient.abs().max().item<float>(), 0);
  const uint64_t live = allocator.figures().live_bytes, first = allocator.allocations();
  ASSERT_TRUE(equal(step(model, images, level, precision, offload), expected));
  const uint64_t allocations = allocator.allocations() - first;
  for (uint64_t k = 1; k <= allocations; ++k) {
    allocator.fail_allocation(k);
    EXPECT_THROW(step(model, images, level, precision, offload), c10::OutOfMemoryError) << k;
    allocator.fail_allocation(0);
    ASSERT_EQ(allocator.figures().live_bytes, live) << "allocation " << k << " of " << allocations;
    ASSERT_EQ(tensor::offloaded_bytes() + tensor::host_memory_bytes(), 0u) << "allocation " << k;
    ASSERT_TRUE(at::autocast::is_autocast_cache_enabled() && !at::autocast::is_autocast_enabled(at::kCPU));
    if (k % 10 == 0) {
      ASSERT_TRUE(equal(step(model, images, level, precision, offload), expected)) << "after allocation " << k;
    }
  }
  std::printf("%lu allocations failed, one at a time\n", static_cast<unsigned long>(allocations));
}
INSTANTIATE_TEST_SUITE_P(Recompute,
                         EveryAllocation,
                         testing::Values(Way{Recompute::kNone, Precision::kFp32, true},
                                         Way{Recompute::kCheap, Precision::kFp32, true},
                                         Way{Recompute::kCheap, Precision::kBf16, false},
                                         Way{Recompute::kBlock, Precision::kFp32, false},
                                         Way{Recompute::kBlock, Precision::kBf16, true}));

/// Peak of live bytes above what the model itself takes.
uint64_t peak(Model& model, const at::Tensor& images, Recompute level, bool offload = false) {
  const uint64_t before = tensor::device_memory(at::kCPU).live_bytes;
  tensor::reset_peak(at::kCPU);
  step(model, images, level, Precision::kFp32, offload);
  return tensor::device_memory(at::kCPU).peak_bytes - before;
}

TEST(RecomputeMemory, FallsFromLevelToLevel) {
  tensor::install_cpu_allocator();
  for (const char* name : {"resnet18", "vit_tiny_patch16_224"}) {
    const auto model = make_model(name, {.num_classes = 10, .image_size = 96}, {});
    if (model->prefers_channels_last()) model->set_memory_format(at::MemoryFormat::ChannelsLast);
    at::Tensor images = at::sin(at::arange(8 * 3 * 96 * 96)).reshape({8, 3, 96, 96});
    if (model->prefers_channels_last()) images = images.contiguous(at::MemoryFormat::ChannelsLast);
    // What gradients take is there at every level.
    uint64_t gradients = 0;
    for (const at::Tensor& parameter : model->trainable_parameters()) gradients += parameter.nbytes();
    const uint64_t none = peak(*model, images, Recompute::kNone), cheap = peak(*model, images, Recompute::kCheap),
                   block = peak(*model, images, Recompute::kBlock),
                   offloaded = peak(*model, images, Recompute::kNone, true);
    std::printf("%s: peak %.1f MiB (gradients %.1f), cheap %.1f, block %.1f, offload %.1f\n", name, none / 1048576.0,
                gradients / 1048576.0, cheap / 1048576.0, block / 1048576.0, offloaded / 1048576.0);
    EXPECT_LT(cheap, none) << name;
    EXPECT_LT(block, cheap) << name;
    EXPECT_LT(offloaded, none) << name;
  }
}

TEST(Recompute, WorksWithOffload) {
  tensor::install_cpu_allocator();
  for (const char* name : {"resnet18", "vit_tiny_patch16_224"}) {
    const auto model = make_model(name, {.num_classes = 4, .image_size = 32, .drop_path = 0.2}, {});
    const at::Tensor images = at::sin(at::arange(4 * 3 * 32 * 32)).reshape({4, 3, 32, 32});
    for (const Precision precision : {Precision::kFp32, Precision::kBf16}) {
      const auto expected = step(*model, images, Recompute::kNone, precision);
      for (const Recompute level : {Recompute::kNone, Recompute::kCheap, Recompute::kBlock})
        EXPECT_TRUE(equal(step(*model, images, level, precision, true), expected)) << name;
    }
  }
  EXPECT_EQ(tensor::offloaded_bytes(), 0u);
}

/// A forward at mixed levels and its backward, all under autocast.
std::vector<at::Tensor> step_under_autocast(Model& model, const std::vector<Recompute>& levels) {
  tensor::CountingAllocator& allocator = tensor::install_cpu_allocator();
  const at::Tensor images = at::sin(at::arange(4 * 3 * 8 * 8)).reshape({4, 3, 8, 8});
  const uint64_t before = allocator.figures().live_bytes;
  const tensor::Autocast autocast(at::kCPU, Precision::kBf16);
  const at::Tensor logits =
      model.forward(images, {.training = true, .seed = 1, .step = 2, .groups = {2, 2}, .recompute = levels});
  at::autocast::clear_cache();
  const at::Tensor loss = logits.to(at::kFloat).pow(2).sum();
  loss.backward();
  EXPECT_TRUE(at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::is_autocast_cache_enabled());
  std::vector<at::Tensor> gradients;
  uint64_t held = logits.nbytes() + loss.nbytes();
  for (at::Tensor& parameter : model.trainable_parameters()) {
    gradients.push_back(parameter.grad());
    held += parameter.grad().nbytes();
    parameter.mutable_grad() = at::Tensor();
  }
  EXPECT_LE(allocator.figures().live_bytes - before, held + 64) << "something stayed in the cache of cast weights";
  return gradients;
}

TEST(Recompute, LeavesNoCastWeightsInTheCacheWhenTheBackwardRunsUnderAutocast) {
  Tiny model({.seed = 3});
  EXPECT_TRUE(equal(step_under_autocast(model, {Recompute::kBlock, Recompute::kCheap, Recompute::kBlock}),
                    step_under_autocast(model, {})));
}

}  // namespace
}  // namespace surefoot::nn
