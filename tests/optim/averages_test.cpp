#include <gtest/gtest.h>

#include <limits>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"
#include "surefoot/nn/layers.h"
#include "surefoot/optim/clip.h"
#include "surefoot/optim/ema.h"
#include "surefoot/optim/loss_scaler.h"

namespace surefoot::optim {
namespace {

TEST(Ema, AveragesParametersAndCopiesBuffers) {
  nn::BatchNorm2d layer({.prefix = "bn."}, 3);
  Ema ema(layer, 0.9);
  auto named = layer.named_tensors();
  named[0].tensor.detach().fill_(2);  // weight, was 1
  layer.update_running(at::full({3}, 5.0), at::full({3}, 7.0), 1.0);
  ema.update();
  EXPECT_NEAR(ema.state()[0].second[0].item<double>(), 0.9 * 1 + 0.1 * 2, 1e-6);
  EXPECT_EQ(ema.state()[2].second[0].item<double>(), 5);
  EXPECT_EQ(ema.state()[4].second.item<int64_t>(), 1);
}

TEST(Ema, SwappingTwiceIsBitForBitWhereItWas) {
  nn::BatchNorm2d layer({.prefix = "bn."}, 3);
  Ema ema(layer, 0.5);
  const at::Tensor weight = layer.named_tensors()[0].tensor;  // as an optimiser holds it
  weight.detach().fill_(3);
  ema.update();
  {
    const EmaInUse in_use(&ema);
    EXPECT_EQ(weight[0].item<double>(), 2);
    const at::Tensor y = layer.forward(at::ones({2, 3, 1, 1}), {});
    EXPECT_NEAR(y.max().item<double>(), 2, 1e-4) << "the layer sees the average";
  }
  EXPECT_EQ(weight[0].item<double>(), 3);
  EXPECT_TRUE(weight.requires_grad());
}

TEST(Ema, RestoresItsStateAndRefusesAnother) {
  nn::BatchNorm2d layer({.prefix = "bn."}, 3);
  Ema ema(layer, 0.5), other(layer, 0.5);
  layer.named_tensors()[0].tensor.detach().fill_(3);
  ema.update();
  other.load(ema.state());
  EXPECT_TRUE(other.state()[0].second.equal(ema.state()[0].second));
  EXPECT_THROW(other.load({{"bn.weight", at::ones({3})}}), Error);
}

TEST(GradientNorm, IsThatOfAllElementsAndClippingBringsItDown) {
  const std::vector<at::Tensor> gradients = {at::full({4}, 3.0), at::full({3, 3}, 2.0)};
  const double norm = global_grad_norm(gradients);
  EXPECT_NEAR(norm, std::sqrt(4 * 9.0 + 9 * 4.0), 1e-5);
  clip_(gradients, 100, norm);
  EXPECT_EQ(gradients[0][0].item<double>(), 3) << "below the bound nothing changes";
  clip_(gradients, 1, norm);
  EXPECT_NEAR(global_grad_norm(gradients), 1, 1e-5);
}

TEST(GradientNorm, IsNotFiniteWhereOneElementIsNot) {
  const std::vector<at::Tensor> gradients = {at::zeros({4}), at::full({1}, std::numeric_limits<double>::quiet_NaN())};
  EXPECT_FALSE(std::isfinite(global_grad_norm(gradients)));
  EXPECT_EQ(global_grad_norm({}), 0);
}

TEST(LossScaler, HalvesOnOverflowDoublesAfterTwoThousandGoodStepsAndStopsAtOne) {
  LossScaler scaler;
  EXPECT_EQ(scaler.scale(), 65536);
  scaler.overflowed();
  EXPECT_EQ(scaler.scale(), 32768);
  for (int i = 0; i < 2000; ++i) scaler.succeeded();
  EXPECT_EQ(scaler.scale(), 65536);
  for (int i = 0; i < 40; ++i) scaler.overflowed();
  EXPECT_EQ(scaler.scale(), 1);
  EXPECT_FALSE(scaler.can_shrink());
}

}  // namespace
}  // namespace surefoot::optim
