// Vision transformers over 16 x 16 patches: Dosovitskiy et al. 2021; the small ones as in Touvron et al. 2021 (DeiT)
// and Steiner et al. 2022. Names, shapes and order of the state_dict are those of timm. Legend: N images, L tokens (1
// class token + patches), D features, h heads.
#include <ATen/ATen.h>
#include <cmath>

#include "surefoot/nn/layers.h"
#include "surefoot/nn/model.h"
#include "surefoot/nn/recomputed.h"

namespace surefoot::nn {
namespace {

constexpr int64_t kPatch = 16;
const Init kWeights = Init::trunc_normal(0.02), kZero = Init::constant(0);

class Attention final : public Module {
 public:
  Attention(Build build, int64_t features, int64_t heads) : Module(std::move(build)), heads_(heads) {
    qkv_ = &child<Linear>("qkv", features, 3 * features, kWeights, kZero);
    proj_ = &child<Linear>("proj", features, features, kWeights, kZero);
  }
  at::Tensor forward(const at::Tensor& x) const {  // [N, L, D], same
    const int64_t n = x.size(0), l = x.size(1), d = x.size(2);
    const at::Tensor stacked = qkv_->forward(x).reshape({n, l, 3, heads_, d / heads_}).permute({2, 0, 3, 1, 4});
    const auto qkv = stacked.unbind(0);  // 3 x [N, h, L, D/h]
    const at::Tensor mixed =
        keep_all([&] { return at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]); });  // [N, h, L, D/h]
    return proj_->forward(mixed.transpose(1, 2).reshape({n, l, d}));
  }

 private:
  int64_t heads_;
  Linear *qkv_, *proj_;
};

class Mlp final : public Module {
 public:
  Mlp(Build build, int64_t features) : Module(std::move(build)) {
    fc1_ = &child<Linear>("fc1", features, 4 * features, kWeights, kZero);
    fc2_ = &child<Linear>("fc2", 4 * features, features, kWeights, kZero);
  }
  at::Tensor forward(const at::Tensor& x) const {  // [N, L, D], same
    return fc2_->forward(at::gelu(fc1_->forward(x)));
  }

 private:
  Linear *fc1_, *fc2_;
};

class Block final : public Module {
 public:
  Block(Build build, int64_t features, int64_t heads, double drop, uint32_t number)
      : Module(std::move(build)), drop_(drop), number_(number) {
    norm1_ = &child<LayerNorm>("norm1", features);
    attention_ = &child<Attention>("attn", features, heads);
    norm2_ = &child<LayerNorm>("norm2", features);
    mlp_ = &child<Mlp>("mlp", features);
  }
  at::Tensor forward(const at::Tensor& x, const Pass& pass) const {  // [N, L, D], same
    const at::Tensor y = x + drop_path(attention_->forward(norm1_->forward(x)), drop_, 2 * number_, pass);
    return y + drop_path(mlp_->forward(norm2_->forward(y)), drop_, 2 * number_ + 1, pass);
  }

 private:
  double drop_;
  uint32_t number_;
  LayerNorm *norm1_, *norm2_;
  Attention* attention_;
  Mlp* mlp_;
};

class Blocks final : public Module {
 public:
  Blocks(Build build, int64_t features, int64_t heads, int64_t depth, double drop_path) : Module(std::move(build)) {
    for (int64_t i = 0; i < depth; ++i) {
      const double rate = drop_path * static_cast<double>(i) / static_cast<double>(std::max<int64_t>(1, depth - 1));
      blocks_.push_back(&child<Block>(std::to_string(i), features, heads, rate, static_cast<uint32_t>(i)));
    }
  }
  at::Tensor forward(at::Tensor x, const Pass& pass) const {
    for (size_t i = 0; i < blocks_.size(); ++i) x = run_block(*blocks_[i], x, pass, i);
    return x;
  }
  size_t size() const { return blocks_.size(); }

 private:
  std::vector<Block*> blocks_;
};

class PatchEmbed final : public Module {
 public:
  PatchEmbed(Build build, int64_t features) : Module(std::move(build)) {
    const double bound = 1 / std::sqrt(3.0 * kPatch * kPatch);  // PyTorch's default for a convolution, which timm keeps
    proj_ = &child<Conv2d>("proj", Conv2d::Options{.in = 3,
                                                   .out = features,
                                                   .kernel = kPatch,
                                                   .stride = kPatch,
                                                   .bias = true,
                                                   .init = Init::uniform(bound),
                                                   .has_init = true});
  }
  at::Tensor forward(const at::Tensor& images) const {  // [N, 3, H, W] -> [N, patches, D]
    return proj_->forward(images).flatten(2).transpose(1, 2);
  }

 private:
  Conv2d* proj_;
};

class Vit final : public Model {
 public:
  Vit(int64_t features, int64_t heads, int64_t depth, const ModelOptions& options, const Build& build)
      : Model(build), dropout_(options.dropout) {
    const int64_t side = options.image_size / kPatch;
    cls_token_ = &parameter("cls_token", {1, 1, features}, Kind::kEmbedding, Init::normal(1e-6));
    pos_embed_ = &parameter("pos_embed", {1, 1 + side * side, features}, Kind::kEmbedding, kWeights);
    patch_embed_ = &child<PatchEmbed>("patch_embed", features);
    blocks_ = &child<Blocks>("blocks", features, heads, depth, options.drop_path);
    norm_ = &child<LayerNorm>("norm", features);
    head_ = &child<Linear>("head", features, options.num_classes, kWeights, kZero);
  }

  at::Tensor features(const at::Tensor& images, const Pass& pass) override {
    at::Tensor x = patch_embed_->forward(images);                                // [N, L - 1, D]
    x = at::cat({cls_token_->expand({x.size(0), -1, -1}), x}, 1) + *pos_embed_;  // [N, L, D]
    x = blocks_->forward(x, pass);
    return norm_->forward(x).select(1, 0);  // [N, D]
  }
  at::Tensor forward(const at::Tensor& images, const Pass& pass) override {
    return head_->forward(dropout(features(images, pass), dropout_, 0, pass));  // [N, classes]
  }
  std::vector<std::string> block_names() const override {
    std::vector<std::string> names;
    for (size_t i = 0; i < blocks_->size(); ++i) names.push_back("blocks." + std::to_string(i));
    return names;
  }
  std::string head_prefix() const override { return "head"; }
  bool prefers_channels_last() const override { return false; }

 private:
  double dropout_;
  at::Tensor *cls_token_, *pos_embed_;
  PatchEmbed* patch_embed_;
  Blocks* blocks_;
  LayerNorm* norm_;
  Linear* head_;
};

template <int64_t kFeatures, int64_t kHeads, int64_t kDepth>
ModelSpec spec(const char* name, const char* summary, int64_t parameters) {
  return {.name = name,
          .summary = summary,
          .source = "Dosovitskiy et al. 2021, arXiv:2010.11929",
          .default_image_size = 224,
          .image_multiple = kPatch,
          .has_cifar_stem = false,
          .parameters = parameters,
          .make = [](const ModelSpec&, const ModelOptions& options, const Build& build) -> std::unique_ptr<Model> {
            return std::make_unique<Vit>(kFeatures, kHeads, kDepth, options, build);
          }};
}

}  // namespace

std::vector<ModelSpec> vit_family() {
  return {spec<192, 3, 12>("vit_tiny_patch16_224", "smallest vision transformer", 5717416),
          spec<384, 6, 12>("vit_small_patch16_224", "small vision transformer", 22050664),
          spec<768, 12, 12>("vit_base_patch16_224", "base vision transformer", 86567656),
          spec<1024, 16, 24>("vit_large_patch16_224", "large vision transformer", 304326632)};
}

}  // namespace surefoot::nn
