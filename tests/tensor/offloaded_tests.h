#pragma once
// What holds for saved tensors that wait on the host, on whatever device: included by the test programs that
// instantiate it.
#include <gtest/gtest.h>

#include <ATen/ATen.h>

#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/saved_tensors.h"

namespace surefoot::tensor {

constexpr int64_t kRows = 512, kColumns = 512;  // 1 MiB of floats
constexpr uint64_t kMatrix = kRows * kColumns * 4;

class Offloaded : public testing::TestWithParam<at::DeviceType> {
 protected:
  void SetUp() override {
    install_cpu_allocator();
    if (GetParam() == at::kCUDA && !at::hasCUDA()) GTEST_SKIP() << "skipped: no GPU";
  }
  at::TensorOptions options() const { return at::TensorOptions().dtype(at::kFloat).device(GetParam()); }
  at::Tensor wave(double step) const {
    return at::sin(at::arange(kRows * kColumns, options()) * step).reshape({kRows, kColumns});
  }
  /// Two layers with activation and residual, to a scalar.
  static at::Tensor network(const at::Tensor& x, const at::Tensor& weight) {
    const at::Tensor y = at::gelu(x.matmul(weight));
    return (y.matmul(weight.t()).tanh_() + y.narrow(1, 0, kColumns)).pow(2).sum();
  }
  at::Tensor gradient(bool offload, uint64_t min_bytes = 1) const {
    const at::Tensor weight = wave(0.01).requires_grad_(true), x = wave(0.7);
    at::Tensor loss;
    if (offload) {
      const OffloadSavedTensors scope(GetParam(), min_bytes);
      loss = network(x, weight);
    } else {
      loss = network(x, weight);
    }
    loss.backward();
    return weight.grad();
  }
  uint64_t live() const { return device_memory(GetParam()).live_bytes; }
};

TEST_P(Offloaded, GradientsKeepTheirBits) {
  const at::Tensor kept = gradient(false);
  EXPECT_GT(kept.abs().max().item<float>(), 0);
  EXPECT_TRUE(kept.equal(gradient(true)));
  EXPECT_TRUE(kept.equal(gradient(true, kMatrix + 1))) << "nothing is that large";
  EXPECT_EQ(offloaded_bytes(), 0u);
}

TEST_P(Offloaded, ATensorAndItsViewsAreCopiedOnceAndShareAgain) {
  const at::Tensor weight = at::ones({kColumns}, options()).requires_grad_(true);
  at::Tensor loss;
  const uint64_t before = live();
  {
    const OffloadSavedTensors scope(GetParam(), kMatrix);
    const at::Tensor x = wave(0.3);
    // Saved: x three times (two halves and the transpose); each needs it for the weight's gradient.
    loss = (x.narrow(0, 0, kRows / 2) * weight).sum() + (x.narrow(0, kRows / 2, kRows / 2) * weight).sum() +
           (x.t() * weight).sum();
  }
  EXPECT_EQ(offloaded_bytes(), kMatrix);
  EXPECT_LT(live() - before, kMatrix / 2) << "the device gave it up";
  reset_peak(GetParam());
  loss.backward();
  // x once again, a product for each of the three at a time.
  EXPECT_LT(device_memory(GetParam()).peak_bytes - before, 2 * kMatrix + kMatrix / 2);
  EXPECT_EQ(offloaded_bytes(), 0u);
  const at::Tensor x = wave(0.3);
  EXPECT_TRUE(weight.grad().allclose(x.sum(0) + x.sum(1), 1e-4, 1e-3));
}

TEST_P(Offloaded, ParametersAndSmallTensorsStay) {
  const at::Tensor weight = wave(0.2).clone().requires_grad_(true), small = at::ones({8}, options());
  const OffloadSavedTensors scope(GetParam(), kMatrix);
  const at::Tensor y = weight.t() * weight, z = small * weight.view({-1}).narrow(0, 0, 8);
  EXPECT_EQ(offloaded_bytes(), 0u);
}

TEST_P(Offloaded, WhatIsChangedInPlaceIsAnotherTensor) {
  const at::Tensor weight = at::ones({1}, options()).requires_grad_(true);
  at::Tensor loss;
  {
    const OffloadSavedTensors scope(GetParam(), 1);
    const at::Tensor x = at::full({kRows}, 2, options());
    loss = (x * weight).sum();
    x.fill_(3);
    loss = loss + (x * weight).sum();
  }
  loss.backward();
  EXPECT_EQ(weight.grad().item<float>(), 5 * kRows);
}

TEST_P(Offloaded, TheBackwardMayRunInsideTheScopeAndScopesNest) {
  const at::Tensor weight = wave(0.01).requires_grad_(true), kept = gradient(false);
  {
    const OffloadSavedTensors outer(GetParam(), 1), inner(GetParam(), 1);
    network(wave(0.7), weight).backward();
  }
  EXPECT_TRUE(weight.grad().equal(kept));
  EXPECT_EQ(offloaded_bytes(), 0u);
}

}  // namespace surefoot::tensor
