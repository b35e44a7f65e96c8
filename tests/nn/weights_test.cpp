#include "surefoot/nn/weights.h"

#include <gtest/gtest.h>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"
#include "surefoot/nn/weight_names.h"

namespace surefoot::nn {
namespace {

tensor::WeightsFile file_of(const Model& model, const std::string& prefix = "") {
  tensor::WeightsFile file;
  for (const auto& [name, value] : state_dict(model)) file.tensors.emplace_back(prefix + name, value.clone());
  return file;
}

std::unique_ptr<Model> tiny_vit(int64_t size, int64_t classes, uint64_t seed) {
  return make_model("vit_tiny_patch16_224", {.num_classes = classes, .image_size = size}, {.seed = seed});
}

std::string error_of(Model& model, const tensor::WeightsFile& file, bool strict = false) {
  try {
    load_weights(model, file, {.strict = strict});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kWeightsMismatch);
    return error.what();
  }
  return "";
}

bool equal_weights(const Model& a, const Model& b) {
  const auto x = state_dict(a), y = state_dict(b);
  for (size_t i = 0; i < x.size(); ++i) {
    if (!x[i].second.equal(y[i].second)) return false;
  }
  return x.size() == y.size();
}

TEST(LoadedWeights, EqualTheSavedOnesAlsoThroughWrappers) {
  const auto from = make_model("resnet18", {.num_classes = 3}, {.seed = 1}),
             to = make_model("resnet18", {.num_classes = 3}, {.seed = 2});
  EXPECT_EQ(load_weights(*to, file_of(*from, "module._orig_mod."), {.strict = true}).text(), "");
  EXPECT_TRUE(equal_weights(*from, *to));
}

TEST(LoadedWeights, AnotherNumberOfClassesKeepsTheFreshHeadAndSaysSo) {
  const auto from = make_model("resnet18", {.num_classes = 3}, {.seed = 1}),
             to = make_model("resnet18", {.num_classes = 5}, {.seed = 2});
  const at::Tensor head = to->named_parameters().back().tensor.detach().clone();
  const LoadReport report = load_weights(*to, file_of(*from));
  EXPECT_EQ(report.reinitialised, (std::vector<std::string>{"fc.weight", "fc.bias"}));
  EXPECT_TRUE(head.equal(to->named_parameters().back().tensor));
  EXPECT_TRUE(from->named_parameters()[0].tensor.equal(to->named_parameters()[0].tensor));
  EXPECT_NE(error_of(*to, file_of(*from), true).find("fc.weight"), std::string::npos);
}

TEST(LoadedWeights, MissingAndSurplusTensorsAreNamed) {
  const auto model = make_model("resnet18", {.num_classes = 3}, {});
  auto file = file_of(*model);
  file.tensors.erase(file.tensors.begin());      // conv1.weight
  file.tensors.erase(file.tensors.begin() + 4);  // bn1.num_batches_tracked, absent in old files
  file.tensors.emplace_back("aux.weight", at::ones({1}));
  const LoadReport report = load_weights(*model, file);
  EXPECT_EQ(report.missing, std::vector<std::string>{"conv1.weight"});
  EXPECT_EQ(report.surplus, std::vector<std::string>{"aux.weight"});
}

TEST(LoadedWeights, AnotherStemOrModelIsRefusedAndChangesNothing) {
  const auto cifar = make_model("resnet18", {.num_classes = 3, .cifar_stem = true}, {.seed = 1});
  const auto model = make_model("resnet18", {.num_classes = 3}, {.seed = 2}),
             twin = make_model("resnet18", {.num_classes = 3}, {.seed = 2});
  EXPECT_NE(error_of(*model, file_of(*cifar)).find("model.stem"), std::string::npos);
  EXPECT_NE(error_of(*model, file_of(*tiny_vit(32, 3, 0))).find("no tensor"), std::string::npos);
  EXPECT_TRUE(equal_weights(*model, *twin));
}

TEST(LoadedWeights, PositionEmbeddingsAreResizedButTheClassTokensIsKept) {
  const auto from = tiny_vit(64, 3, 1), to = tiny_vit(96, 3, 2);
  EXPECT_EQ(load_weights(*to, file_of(*from)).resized, std::vector<std::string>{"pos_embed"});
  const at::Tensor a = from->named_parameters()[1].tensor, b = to->named_parameters()[1].tensor;
  EXPECT_TRUE(a.narrow(1, 0, 1).equal(b.narrow(1, 0, 1)));
  const at::Tensor grid =
      at::upsample_bicubic2d(a.narrow(1, 1, 16).reshape({1, 4, 4, -1}).permute({0, 3, 1, 2}), {6, 6}, false);
  EXPECT_LT((grid - b.narrow(1, 1, 36).reshape({1, 6, 6, -1}).permute({0, 3, 1, 2})).abs().max().item<double>(), 0.02)
      << "near PyTorch's other bicubic, whose kernel has a = -0.75 instead of -0.5";
}

TEST(LoadedWeights, NamesOfTorchvisionsTransformerAreUnderstood) {
  EXPECT_EQ(timm_vit_name("encoder.layers.encoder_layer_11.self_attention.in_proj_weight"),
            "blocks.11.attn.qkv.weight");
  EXPECT_EQ(timm_vit_name("encoder.layers.encoder_layer_0.mlp.3.bias"), "blocks.0.mlp.fc2.bias");
  EXPECT_EQ(timm_vit_name("class_token"), "cls_token");
  EXPECT_EQ(timm_vit_name("heads.head.weight"), "head.weight");
  EXPECT_EQ(timm_vit_name("something.else"), "something.else");
}

}  // namespace
}  // namespace surefoot::nn
