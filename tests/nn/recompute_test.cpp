// Computing again instead of keeping changes no bit: not of outputs, gradients or batch-norm sums, at any level, for
// any model of the catalogue. And it leaks nothing, wherever memory runs out.
#include <gtest/gtest.h>

#include <cstring>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>

#include "surefoot/nn/model.h"
#include "surefoot/nn/recomputed.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/precision.h"

namespace surefoot::nn {
namespace {

using tensor::Precision;

const bool kOneThread = (at::set_num_threads(1), true);
const bool kCounted = (tensor::install_cpu_allocator(), true);

constexpr Recompute kLevels[] = {Recompute::kNone, Recompute::kCheap, Recompute::kBlock};

std::unique_ptr<Model> build(const std::string& name, Precision precision, bool frozen = false) {
  const ModelOptions options{.num_classes = 4, .image_size = 32, .drop_path = 0.3, .dropout = 0.4};
  auto model = make_model(name, options, {.dtype = tensor::weight_dtype(precision), .seed = 5});
  if (model->prefers_channels_last()) model->set_memory_format(at::MemoryFormat::ChannelsLast);
  {
    // Norms that start at zero would hide their whole block: no gradient would reach it.
    const at::NoGradGuard no_grad;
    for (NamedTensor& entry : model->named_parameters()) {
      if (entry.kind == Kind::kNorm) entry.tensor.add_(at::sin(at::arange(entry.tensor.numel())), 0.2).add_(0.3);
    }
  }
  if (frozen) model->freeze_backbone();
  return model;
}

struct Outcome {
  std::vector<at::Tensor> logits, gradients, sums;
};

/// The gradients of a batch that is cut into micro-batches of these groups.
Outcome run(Model& model,
            Precision precision,
            const std::vector<Recompute>& levels,
            const std::vector<std::vector<int64_t>>& cut = {{3, 2}}) {
  Outcome outcome;
  BatchNormSums sums;
  int64_t first = 0;
  for (const std::vector<int64_t>& groups : cut) {
    int64_t count = 0;
    for (const int64_t group : groups) count += group;
    at::Tensor images = at::sin(at::arange(first, first + count * 3 * 32 * 32, at::kDouble) * 0.37)
                            .reshape({count, 3, 32, 32})
                            .to(tensor::weight_dtype(precision));
    if (model.prefers_channels_last()) images = images.contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor logits;
    {
      const tensor::Autocast autocast(at::kCPU, precision);
      logits = model.forward(images, {.training = true,
                                      .seed = 5,
                                      .step = 9,
                                      .first_sample = first,
                                      .groups = groups,
                                      .batch_norm = &sums,
                                      .recompute = levels});
    }
    outcome.logits.push_back(logits.detach());
    (logits * logits).sum().backward();
    first += count;
  }
  for (const NamedTensor& entry : model.named_parameters()) {
    outcome.gradients.push_back(entry.tensor.grad());
    at::Tensor parameter = entry.tensor;
    parameter.mutable_grad() = at::Tensor();
  }
  for (const BatchNormSums::Entry& entry : sums.entries()) {
    outcome.sums.insert(outcome.sums.end(), {entry.mean_sum, entry.variance_sum, at::full({1}, entry.groups)});
  }
  return outcome;
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  const at::Tensor x = a.contiguous(), y = b.contiguous();
  return x.scalar_type() == y.scalar_type() && x.sizes() == y.sizes() &&
         std::memcmp(x.const_data_ptr(), y.const_data_ptr(), x.nbytes()) == 0;
}

void expect_same_bits(const Outcome& a, const Outcome& b, const std::string& where) {
  const auto differ = [](const std::vector<at::Tensor>& x, const std::vector<at::Tensor>& y) {
    size_t count = x.size() == y.size() ? 0 : 1;
    for (size_t i = 0; i < std::min(x.size(), y.size()); ++i) count += !same_bits(x[i], y[i]);
    return count;
  };
  EXPECT_EQ(differ(a.logits, b.logits), 0u) << where;
  EXPECT_EQ(differ(a.gradients, b.gradients), 0u) << where;
  EXPECT_EQ(differ(a.sums, b.sums), 0u) << where;
}

std::vector<Recompute> everywhere(const Model& model, Recompute level) {
  return std::vector<Recompute>(model.block_names().size(), level);
}

/// The levels in turn; with `first` 0, 1 and 2 each block has each level once.
std::vector<Recompute> mixed(const Model& model, size_t first) {
  std::vector<Recompute> levels;
  for (size_t i = 0; i < model.block_names().size(); ++i) levels.push_back(kLevels[(first + i) % 3]);
  return levels;
}

TEST(BlockNames, AreDistinctAndNameParametersInOrder) {
  for (const ModelSpec& spec : all_models()) {
    const auto model = make_model(spec.name, {}, {.device = at::kMeta});
    const auto parameters = model->named_parameters();
    size_t at = 0;
    ASSERT_GE(model->block_names().size(), 2u) << spec.name;
    for (const std::string& block : model->block_names()) {
      if (block == "stem") continue;  // what comes before the first named block
      while (at < parameters.size() && !parameters[at].name.starts_with(block + ".")) ++at;
      EXPECT_LT(at, parameters.size()) << spec.name << " has no parameters in " << block << ", or out of order";
    }
  }
}

// Larger models of a family are more of the same blocks; they would cost gigabytes here.
constexpr int64_t kLargestRun = 30'000'000;

TEST(Recompute, ChangesNoBitOfAnyModel) {
  for (const ModelSpec& spec : all_models()) {
    if (spec.parameters > kLargestRun) continue;
    const auto model = build(spec.name, Precision::kFp32);
    const Outcome plain = run(*model, Precision::kFp32, {});
    for (const at::Tensor& gradient : plain.gradients) ASSERT_GT(gradient.abs().max().item<float>(), 0) << spec.name;
    for (const size_t first : {0, 1, 2}) {
      expect_same_bits(plain, run(*model, Precision::kFp32, mixed(*model, first)),
                       spec.name + ", levels from " + std::to_string(first));
    }
  }
}

class SmallModels : public testing::TestWithParam<std::tuple<std::string, Precision>> {};

TEST_P(SmallModels, KeepTheirBitsInEveryPrecision) {
  const auto& [name, precision] = GetParam();
  const auto model = build(name, precision);
  const Outcome plain = run(*model, precision, {});
  expect_same_bits(plain, run(*model, precision, everywhere(*model, Recompute::kCheap)), "cheap");
  expect_same_bits(plain, run(*model, precision, everywhere(*model, Recompute::kBlock)), "block");
}
INSTANTIATE_TEST_SUITE_P(
    Precisions,
    SmallModels,
    testing::Combine(testing::Values("resnet18", "vit_tiny_patch16_224"),
                     testing::Values(Precision::kFp64, Precision::kFp32, Precision::kBf16, Precision::kFp16)),
    [](const auto& is) {
      return std::get<0>(is.param).substr(0, 8) + "_" + tensor::precision_name(std::get<1>(is.param));
    });

class Cuts : public testing::TestWithParam<std::tuple<std::string, bool>> {};

TEST_P(Cuts, KeepTheirBitsWithOneGroupSeveralOrAFrozenBackbone) {
  const auto& [name, frozen] = GetParam();
  const auto model = build(name, Precision::kFp32, frozen);
  for (const std::vector<std::vector<int64_t>>& cut :
       std::vector<std::vector<std::vector<int64_t>>>{{{5}}, {{3, 2}, {2}}}) {
    const Outcome plain = run(*model, Precision::kFp32, {}, cut);
    expect_same_bits(plain, run(*model, Precision::kFp32, everywhere(*model, Recompute::kCheap), cut), "cheap");
    expect_same_bits(plain, run(*model, Precision::kFp32, everywhere(*model, Recompute::kBlock), cut), "block");
  }
}
INSTANTIATE_TEST_SUITE_P(Recompute,
                         Cuts,
                         testing::Combine(testing::Values("resnet18", "vit_tiny_patch16_224"), testing::Bool()),
                         [](const auto& is) {
                           return std::get<0>(is.param).substr(0, 8) + (std::get<1>(is.param) ? "_frozen" : "");
                         });

TEST(Recompute, FindsABodyThatChangesWhatADearOperatorReturned) {
  const at::Tensor x = at::ones({4, 4}), weight = at::eye(4).requires_grad_(true);
  const auto wrong = [&](const at::Tensor& y, const Pass&) {
    return keep_output([&] { return y.matmul(weight); }).add_(1).exp().matmul(weight);
  };
  const Pass pass{.training = true, .recompute = {Recompute::kCheap}};
  EXPECT_DEATH(recomputed(x, pass, 0, wrong), "changed in place");
}

TEST(Recompute, RunsABlockOnceWhereNothingIsMissing) {
  const at::Tensor x = at::ones({4, 4}), weight = at::eye(4).requires_grad_(true);
  int runs = 0;
  const auto body = [&](const at::Tensor& y, const Pass&) {
    ++runs;
    return y.matmul(weight);
  };
  const Pass pass{.training = true, .recompute = {Recompute::kBlock}};
  recomputed(x, pass, 0, body).sum().backward();
  EXPECT_EQ(runs, 1) << "the product needs its input alone";
  {
    const at::NoGradGuard no_grad;
    recomputed(x, pass, 0, body);
  }
  EXPECT_EQ(runs, 2);
  const auto deep = [&](const at::Tensor& y, const Pass& p) { return body(body(y, p).exp(), p); };
  const at::Tensor y = recomputed(x, pass, 0, deep);
  EXPECT_EQ(runs, 4);
  y.sum().backward();
  EXPECT_EQ(runs, 6);
}

}  // namespace
}  // namespace surefoot::nn
