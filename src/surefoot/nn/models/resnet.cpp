// Residual networks: He et al. 2016, bottlenecks with the stride on the 3x3 ("v1.5", as torchvision and timm).
// Names, shapes and order of the state_dict are those of torchvision. Legend: N images, C channels, H x W pixels.
#include <array>
#include <cmath>

#include <ATen/ATen.h>

#include "surefoot/nn/layers.h"
#include "surefoot/nn/model.h"
#include "surefoot/nn/recomputed.h"

namespace surefoot::nn {
namespace {

struct BlockOptions {
  int64_t in, width, stride;
  bool bottleneck;
  double drop_path;
  uint32_t number;  // among all blocks, for the masks
};

int64_t out_channels(const BlockOptions& options) { return options.bottleneck ? 4 * options.width : options.width; }

/// 1x1 stride convolution and norm where the shape changes.
class Downsample final : public Module {
 public:
  Downsample(Build build, const BlockOptions& o) : Module(std::move(build)) {
    conv_ = &child<Conv2d>("0", Conv2d::Options{.in = o.in, .out = out_channels(o), .kernel = 1, .stride = o.stride});
    norm_ = &child<BatchNorm2d>("1", out_channels(o));
  }
  at::Tensor forward(const at::Tensor& x, const Pass& pass) const { return norm_->forward(conv_->forward(x), pass); }

 private:
  Conv2d* conv_;
  BatchNorm2d* norm_;
};

class Block final : public Module {
 public:
  Block(Build build, const BlockOptions& o) : Module(std::move(build)), options_(o) {
    const int64_t out = out_channels(o);
    // The last norm of a block starts at zero: the block starts as the identity (Goyal et al. 2017).
    if (o.bottleneck) {
      add_pair(1, {.in = o.in, .out = o.width, .kernel = 1});
      add_pair(2, {.in = o.width, .out = o.width, .kernel = 3, .stride = o.stride, .padding = 1});
      add_pair(3, {.in = o.width, .out = out, .kernel = 1}, 0);
    } else {
      add_pair(1, {.in = o.in, .out = o.width, .kernel = 3, .stride = o.stride, .padding = 1});
      add_pair(2, {.in = o.width, .out = out, .kernel = 3, .padding = 1}, 0);
    }
    if (o.stride != 1 || o.in != out) downsample_ = &child<Downsample>("downsample", o);
  }

  at::Tensor forward(const at::Tensor& x,
                     const Pass& pass) const {  // [N, in, H, W] -> [N, out, H / stride, W / stride]
    at::Tensor y = x;
    for (size_t i = 0; i < pairs_.size(); ++i) {
      y = pairs_[i].norm->forward(pairs_[i].conv->forward(y), pass);
      if (i + 1 < pairs_.size()) y = y.relu_();
    }
    y = drop_path(y, options_.drop_path, options_.number, pass);
    y += downsample_ != nullptr ? downsample_->forward(x, pass) : x;
    return y.relu_();
  }

 private:
  struct Pair {
    Conv2d* conv;
    BatchNorm2d* norm;
  };
  void add_pair(int number, const Conv2d::Options& conv, double gamma = 1) {
    const std::string digit = std::to_string(number);
    Conv2d& added = child<Conv2d>("conv" + digit, conv);
    pairs_.push_back({&added, &child<BatchNorm2d>("bn" + digit, conv.out, gamma)});
  }

  BlockOptions options_;
  std::vector<Pair> pairs_;
  Downsample* downsample_ = nullptr;
};

class Stage final : public Module {
 public:
  using Module::Module;
  void add(const BlockOptions& options) { blocks_.push_back(&child<Block>(std::to_string(blocks_.size()), options)); }
  /// @param first place of its first block among all
  at::Tensor forward(at::Tensor x, const Pass& pass, size_t first) const {
    for (size_t i = 0; i < blocks_.size(); ++i) x = run_block(*blocks_[i], x, pass, first + i);
    return x;
  }
  size_t size() const { return blocks_.size(); }

 private:
  std::vector<Block*> blocks_;
};

struct Depths {
  bool bottleneck;
  std::array<int, 4> blocks;
};

class ResNet final : public Model {
 public:
  ResNet(const Depths& depths, const ModelOptions& options, const Build& build) : Model(build), options_(options) {
    const Conv2d::Options imagenet{.in = 3, .out = 64, .kernel = 7, .stride = 2, .padding = 3};
    const Conv2d::Options cifar{.in = 3, .out = 64, .kernel = 3, .stride = 1, .padding = 1};
    conv1_ = &child<Conv2d>("conv1", options.cifar_stem ? cifar : imagenet);
    bn1_ = &child<BatchNorm2d>("bn1", 64);
    int64_t in = 64;
    const int total = depths.blocks[0] + depths.blocks[1] + depths.blocks[2] + depths.blocks[3];
    int number = 0;
    for (int s = 0; s < 4; ++s) {
      Stage& stage = child<Stage>("layer" + std::to_string(s + 1));
      for (int b = 0; b < depths.blocks[static_cast<size_t>(s)]; ++b, ++number) {
        const BlockOptions block{.in = in,
                                 .width = int64_t{64} << s,
                                 .stride = b == 0 && s > 0 ? 2 : 1,
                                 .bottleneck = depths.bottleneck,
                                 .drop_path = options.drop_path * number / std::max(1, total - 1),
                                 .number = static_cast<uint32_t>(number)};
        stage.add(block);
        in = out_channels(block);
      }
      stages_[static_cast<size_t>(s)] = &stage;
    }
    const double bound = 1 / std::sqrt(static_cast<double>(in));  // PyTorch's default for a linear layer
    fc_ = &child<Linear>("fc", in, options.num_classes, Init::uniform(bound), Init::uniform(bound));
  }

  at::Tensor features(const at::Tensor& images, const Pass& pass) override {
    at::Tensor x = recomputed(images, pass, 0, [this](const at::Tensor& y, const Pass& p) { return stem(y, p); });
    size_t block = 1;
    for (const Stage* stage : stages_) {
      x = stage->forward(x, pass, block);
      block += stage->size();
    }
    return at::adaptive_avg_pool2d(x, {1, 1}).flatten(1);  // [N, C]
  }
  at::Tensor forward(const at::Tensor& images, const Pass& pass) override {
    return fc_->forward(dropout(features(images, pass), options_.dropout, 0, pass));  // [N, classes]
  }
  std::vector<std::string> block_names() const override {
    std::vector<std::string> names = {"stem"};
    for (size_t s = 0; s < stages_.size(); ++s) {
      for (size_t b = 0; b < stages_[s]->size(); ++b)
        names.push_back("layer" + std::to_string(s + 1) + "." + std::to_string(b));
    }
    return names;
  }
  std::string head_prefix() const override { return "fc"; }
  bool prefers_channels_last() const override { return true; }

 private:
  at::Tensor stem(const at::Tensor& images, const Pass& pass) const {
    const at::Tensor x = bn1_->forward(conv1_->forward(images), pass).relu_();  // [N, 64, H/2, W/2]
    if (options_.cifar_stem) return x;                                          // [N, 64, H, W]
    return at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1});                           // [N, 64, H/4, W/4]
  }

  ModelOptions options_;
  Conv2d* conv1_;
  BatchNorm2d* bn1_;
  std::array<Stage*, 4> stages_{};
  Linear* fc_;
};

template <bool kBottleneck, int a, int b, int c, int d>
ModelSpec spec(const char* name, const char* summary, int64_t parameters) {
  return {.name = name,
          .summary = summary,
          .source = "He et al. 2016, arXiv:1512.03385",
          .default_image_size = 224,
          .image_multiple = 1,
          .has_cifar_stem = true,
          .parameters = parameters,
          .make = [](const ModelSpec&, const ModelOptions& options, const Build& build) -> std::unique_ptr<Model> {
            return std::make_unique<ResNet>(Depths{kBottleneck, {a, b, c, d}}, options, build);
          }};
}

}  // namespace

std::vector<ModelSpec> resnet_family() {
  return {spec<false, 2, 2, 2, 2>("resnet18", "small residual network, the usual first choice", 11689512),
          spec<false, 3, 4, 6, 3>("resnet34", "residual network with plain blocks", 21797672),
          spec<true, 3, 4, 6, 3>("resnet50", "residual network with bottlenecks, the common yardstick", 25557032),
          spec<true, 3, 4, 23, 3>("resnet101", "deeper bottleneck network", 44549160),
          spec<true, 3, 8, 36, 3>("resnet152", "deepest bottleneck network", 60192808)};
}

}  // namespace surefoot::nn
