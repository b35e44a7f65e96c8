#pragma once
// The layers that networks are built of. Legend of shapes: N images, C channels, H x W pixels, L tokens, D features.
#include <array>
#include <utility>

#include "surefoot/nn/module.h"
#include "surefoot/nn/pass.h"

namespace surefoot::nn {

/// Square convolution without dilation. Filters: He et al. 2015 (fan_out, ReLU) unless told otherwise.
class Conv2d final : public Module {
 public:
  struct Options {
    int64_t in, out, kernel, stride = 1, padding = 0;
    bool bias = false;
    Init init = {};  // used where has_init
    bool has_init = false;
  };
  Conv2d(Build build, const Options& options);
  at::Tensor forward(const at::Tensor& x) const;  // [N, in, H, W] -> [N, out, H', W']

 private:
  Options options_;
  at::Tensor* weight_;
  at::Tensor* bias_ = nullptr;
};

/// Batch normalisation over groups of a micro-batch: Ioffe & Szegedy 2015; groups ("ghost batches"): Hoffer et al.
/// 2017. eps 1e-5. In training each group is normalised by its own statistics, which go to `pass.batch_norm`; running
/// buffers are only read, in evaluation and where the layer is frozen (its weight takes no gradient).
class BatchNorm2d final : public Module {
 public:
  /// @param gamma first value of the weight; 0 for the last of a residual block (Goyal et al. 2017)
  BatchNorm2d(Build build, int64_t channels, double gamma = 1);
  at::Tensor forward(const at::Tensor& x, const Pass& pass) const;  // [N, C, H, W], same
  /// running = (1 - momentum) * running + momentum * (mean, variance); num_batches_tracked += 1.
  void update_running(const at::Tensor& mean, const at::Tensor& variance, double momentum) const {
    for (const auto& [buffer, value] : next_running(mean, variance, momentum)) buffer.copy_(value);
  }
  /// The running buffers, each with the value that it is to have next.
  std::array<std::pair<at::Tensor, at::Tensor>, 3> next_running(const at::Tensor& mean,
                                                                const at::Tensor& variance,
                                                                double momentum) const;

 private:
  at::Tensor normalise_group(const at::Tensor& x, const Pass& pass) const;

  at::Tensor *weight_, *bias_, *mean_, *variance_, *batches_;
};

class Linear final : public Module {
 public:
  Linear(Build build, int64_t in, int64_t out, const Init& weight, const Init& bias);
  at::Tensor forward(const at::Tensor& x) const;  // [..., in] -> [..., out]
  int64_t out() const { return weight_->size(0); }

 private:
  at::Tensor *weight_, *bias_;
};

/// Over the last dimension; eps 1e-6, as timm's vision transformers.
class LayerNorm final : public Module {
 public:
  LayerNorm(Build build, int64_t features);
  at::Tensor forward(const at::Tensor& x) const;  // [..., D], same

 private:
  at::Tensor *weight_, *bias_;
};

/// Zeroes features with probability `rate` and scales the rest, in training. The mask of a sample is Philox(seed,
/// kDropout, step, position in the global batch, layer): cutting the micro-batches differently changes no mask.
/// Srivastava et al. 2014. @param x [N, ...]
at::Tensor dropout(const at::Tensor& x, double rate, uint32_t layer, const Pass& pass);
/// Zeroes whole samples of a residual branch, likewise (stochastic depth, Huang et al. 2016). @param x [N, ...]
at::Tensor drop_path(const at::Tensor& x, double rate, uint32_t layer, const Pass& pass);

}  // namespace surefoot::nn
