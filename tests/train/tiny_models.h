#pragma once
// A residual network and a transformer of a few thousand parameters, built of the same layers as the catalogue's.
#include <ATen/ATen.h>

#include "surefoot/nn/layers.h"
#include "surefoot/nn/model.h"
#include "surefoot/nn/recomputed.h"

namespace surefoot::testing {

class TinyResidualBlock final : public nn::Module {
 public:
  TinyResidualBlock(nn::Build build, int64_t channels) : Module(std::move(build)) {
    conv1_ =
        &child<nn::Conv2d>("conv1", nn::Conv2d::Options{.in = channels, .out = channels, .kernel = 3, .padding = 1});
    bn1_ = &child<nn::BatchNorm2d>("bn1", channels);
    conv2_ =
        &child<nn::Conv2d>("conv2", nn::Conv2d::Options{.in = channels, .out = channels, .kernel = 3, .padding = 1});
    bn2_ = &child<nn::BatchNorm2d>("bn2", channels);
  }
  at::Tensor forward(const at::Tensor& x, const nn::Pass& pass) const {
    const at::Tensor y = bn1_->forward(conv1_->forward(x), pass).relu_();
    return (nn::drop_path(bn2_->forward(conv2_->forward(y), pass), 0.2, 1, pass) + x).relu_();
  }

 private:
  nn::Conv2d *conv1_, *conv2_;
  nn::BatchNorm2d *bn1_, *bn2_;
};

class TinyResNet final : public nn::Model {
 public:
  explicit TinyResNet(const nn::Build& build) : Model(build) {
    conv1_ = &child<nn::Conv2d>("conv1", nn::Conv2d::Options{.in = 3, .out = 8, .kernel = 3, .padding = 1});
    bn1_ = &child<nn::BatchNorm2d>("bn1", 8);
    block_ = &child<TinyResidualBlock>("layer0", 8);
    fc_ = &child<nn::Linear>("fc", 8, 4, nn::Init::uniform(0.3), nn::Init::constant(0));
  }
  at::Tensor features(const at::Tensor& images, const nn::Pass& pass) override {
    at::Tensor x = nn::recomputed(images, pass, 0, [this](const at::Tensor& y, const nn::Pass& p) {
      return bn1_->forward(conv1_->forward(y), p).relu_();
    });
    x = nn::run_block(*block_, x, pass, 1);
    return at::adaptive_avg_pool2d(x, {1, 1}).flatten(1);
  }
  at::Tensor forward(const at::Tensor& images, const nn::Pass& pass) override {
    return fc_->forward(nn::dropout(features(images, pass), 0.1, 0, pass));
  }
  std::string head_prefix() const override { return "fc"; }
  std::vector<std::string> block_names() const override { return {"stem", "layer0"}; }
  bool prefers_channels_last() const override { return true; }

 private:
  nn::Conv2d* conv1_;
  nn::BatchNorm2d* bn1_;
  TinyResidualBlock* block_;
  nn::Linear* fc_;
};

class TinyTransformerBlock final : public nn::Module {
 public:
  TinyTransformerBlock(nn::Build build, int64_t features) : Module(std::move(build)) {
    norm1_ = &child<nn::LayerNorm>("norm1", features);
    qkv_ = &child<nn::Linear>("qkv", features, 3 * features, kInit, kZero);
    norm2_ = &child<nn::LayerNorm>("norm2", features);
    fc_ = &child<nn::Linear>("fc", features, features, kInit, kZero);
  }
  at::Tensor forward(const at::Tensor& x, const nn::Pass& pass) const {
    const auto parts = qkv_->forward(norm1_->forward(x)).unsqueeze(1).chunk(3, -1);
    const at::Tensor y =
        x + nn::keep_all([&] { return at::scaled_dot_product_attention(parts[0], parts[1], parts[2]); }).squeeze(1);
    return y + nn::drop_path(at::gelu(fc_->forward(norm2_->forward(y))), 0.2, 1, pass);
  }

 private:
  static inline const nn::Init kInit = nn::Init::trunc_normal(0.1), kZero = nn::Init::constant(0);
  nn::LayerNorm *norm1_, *norm2_;
  nn::Linear *qkv_, *fc_;
};

class TinyVit final : public nn::Model {
 public:
  explicit TinyVit(const nn::Build& build) : Model(build) {
    position_ = &parameter("pos_embed", {1, 4, 16}, nn::Kind::kEmbedding, nn::Init::normal(0.1));
    patches_ =
        &child<nn::Conv2d>("patches", nn::Conv2d::Options{.in = 3, .out = 16, .kernel = 4, .stride = 4, .padding = 0});
    for (int i = 0; i < 2; ++i) blocks_.push_back(&child<TinyTransformerBlock>("blocks" + std::to_string(i), 16));
    head_ = &child<nn::Linear>("head", 16, 4, nn::Init::uniform(0.3), nn::Init::constant(0));
  }
  at::Tensor features(const at::Tensor& images, const nn::Pass& pass) override {
    at::Tensor x = patches_->forward(images).flatten(2).transpose(1, 2) + *position_;  // [N, 4, 16]
    for (size_t i = 0; i < blocks_.size(); ++i) x = nn::run_block(*blocks_[i], x, pass, i);
    return x.mean(1);
  }
  at::Tensor forward(const at::Tensor& images, const nn::Pass& pass) override {
    return head_->forward(features(images, pass));
  }
  std::string head_prefix() const override { return "head"; }
  std::vector<std::string> block_names() const override { return {"blocks.0", "blocks.1"}; }
  bool prefers_channels_last() const override { return false; }

 private:
  at::Tensor* position_;
  nn::Conv2d* patches_;
  std::vector<TinyTransformerBlock*> blocks_;
  nn::Linear* head_;
};

}  // namespace surefoot::testing
