// Every entry of the catalogue keeps the contract of its spec.
#include <gtest/gtest.h>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"
#include "surefoot/nn/model.h"
#include "surefoot/nn/weights.h"

namespace surefoot::nn {
namespace {

TEST(Models, HaveTheParametersAndKeysThatTheirSpecPromises) {
  const std::map<std::string, size_t> keys = {{"resnet18", 122},
                                              {"resnet34", 218},
                                              {"resnet50", 320},
                                              {"resnet101", 626},
                                              {"resnet152", 932},
                                              {"vit_tiny_patch16_224", 152},
                                              {"vit_small_patch16_224", 152},
                                              {"vit_base_patch16_224", 152},
                                              {"vit_large_patch16_224", 296}};
  ASSERT_EQ(all_models().size(), keys.size());
  for (const ModelSpec& spec : all_models()) {
    const auto model = make_model(spec.name, {}, {.device = at::kMeta});
    int64_t parameters = 0;
    for (const NamedTensor& entry : model->named_parameters()) parameters += entry.tensor.numel();
    EXPECT_EQ(parameters, spec.parameters) << spec.name;
    EXPECT_EQ(state_dict(*model).size(), keys.at(spec.name)) << spec.name;
    EXPECT_EQ(model->num_classes(), 1000) << spec.name;
  }
}

TEST(Models, InterleaveBuffersAsPyTorchDoes) {
  const auto model = make_model("resnet18", {}, {.device = at::kMeta});
  const auto named = state_dict(*model);
  const std::vector<std::string> first = {"conv1.weight",         "bn1.weight",      "bn1.bias",
                                          "bn1.running_mean",     "bn1.running_var", "bn1.num_batches_tracked",
                                          "layer1.0.conv1.weight"};
  for (size_t i = 0; i < first.size(); ++i) EXPECT_EQ(named[i].first, first[i]);
  EXPECT_EQ(named.back().first, "fc.bias");
}

TEST(Models, TheSmallPictureStemKeepsTheResolution) {
  const Build build{};
  const auto model = make_model("resnet18", {.num_classes = 5, .image_size = 32, .cifar_stem = true}, build);
  EXPECT_EQ(model->named_parameters()[0].tensor.sizes(), (std::vector<int64_t>{64, 3, 3, 3}));
  const at::NoGradGuard no_grad;
  EXPECT_EQ(model->forward(at::zeros({2, 3, 32, 32}), {}).sizes(), (std::vector<int64_t>{2, 5}));
  EXPECT_EQ(model->features(at::zeros({2, 3, 32, 32}), {}).sizes(), (std::vector<int64_t>{2, 512}));
}

TEST(Models, FirstWeightsFollowFromSeedAndNameAlone) {
  const auto weights = [](int64_t classes, uint64_t seed) {
    return make_model("resnet18", {.num_classes = classes}, {.seed = seed})->named_parameters()[0].tensor;
  };
  EXPECT_TRUE(weights(2, 1).equal(weights(7, 1)));
  EXPECT_FALSE(weights(2, 1).equal(weights(2, 2)));
  EXPECT_NEAR(weights(2, 1).std().item<double>(), std::sqrt(2.0 / (64 * 49)), 1e-3) << "He, fan_out";
}

TEST(Models, StartAsTheIdentityPerBlock) {
  const auto model = make_model("resnet50", {.num_classes = 2}, {});
  for (const NamedTensor& entry : model->named_parameters()) {
    if (!entry.name.ends_with(".bn2.weight") && !entry.name.ends_with(".bn3.weight")) continue;
    const float expected = entry.name.ends_with(".bn3.weight") ? 0 : 1;
    EXPECT_TRUE(entry.tensor.eq(expected).all().item<bool>()) << entry.name;
  }
}

TEST(Models, FreezingLeavesTheHeadAndStopsStatistics) {
  const auto model = make_model("resnet18", {.num_classes = 3, .image_size = 32}, {});
  model->freeze_backbone();
  EXPECT_EQ(model->trainable_parameters().size(), 2u);
  BatchNormSums sums;
  model->forward(at::randn({4, 3, 32, 32}), {.training = true, .batch_norm = &sums}).sum().backward();
  EXPECT_TRUE(sums.empty());
  EXPECT_FALSE(model->named_parameters()[0].tensor.grad().defined());
}

TEST(Models, WrongNamesAndSizesAreRefusedWithAFix) {
  const auto error_of = [](const std::string& name, const ModelOptions& options) {
    try {
      make_model(name, options, {.device = at::kMeta});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(error_of("resnet81", {}).find("resnet18"), std::string::npos);
  EXPECT_NE(error_of("vit_tiny_patch16_224", {.image_size = 100}).find("data.image_size=96"), std::string::npos);
  EXPECT_NE(error_of("vit_tiny_patch16_224", {.cifar_stem = true}).find("stem"), std::string::npos);
}

}  // namespace
}  // namespace surefoot::nn
