#include "surefoot/nn/layers.h"

#include <cmath>
#include <numeric>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"
#include "surefoot/nn/recomputed.h"
#include "surefoot/tensor/random.h"

namespace surefoot::nn {
namespace {

constexpr double kBatchNormEps = 1e-5, kLayerNormEps = 1e-6;

at::Tensor batch_norm(const at::Tensor& x,
                      const at::Tensor& weight,
                      const at::Tensor& bias,
                      const at::Tensor& mean,
                      const at::Tensor& variance,
                      bool training,
                      double momentum) {
  return at::batch_norm(x, weight, bias, mean, variance, training, momentum, kBatchNormEps, /*cudnn_enabled=*/true);
}

/// 0 or 1 / (1 - rate) for each uniform draw.
at::Tensor keep_mask(const at::Tensor& uniform, double rate, const at::Tensor& like) {
  return uniform.ge(rate).to(like.scalar_type()).mul_(1.0 / (1.0 - rate)).to(like.device());
}

}  // namespace

Conv2d::Conv2d(Build build, const Options& options) : Module(std::move(build)), options_(options) {
  const int64_t shape[] = {options.out, options.in, options.kernel, options.kernel};
  weight_ = &parameter("weight", shape, Kind::kWeight, options.has_init ? options.init : Init::kaiming_fan_out(shape));
  if (options.bias)
    bias_ = &parameter("bias", {options.out}, Kind::kBias, options.has_init ? options.init : Init::constant(0));
}

at::Tensor Conv2d::forward(const at::Tensor& x) const {
  const int64_t stride[] = {options_.stride, options_.stride}, padding[] = {options_.padding, options_.padding};
  return keep_output(
      [&] { return at::conv2d(x, *weight_, bias_ != nullptr ? *bias_ : at::Tensor(), stride, padding); });
}

BatchNorm2d::BatchNorm2d(Build build, int64_t channels, double gamma) : Module(std::move(build)) {
  weight_ = &parameter("weight", {channels}, Kind::kNorm, Init::constant(gamma));
  bias_ = &parameter("bias", {channels}, Kind::kNorm, Init::constant(0));
  mean_ = &buffer("running_mean", {channels}, 0);
  variance_ = &buffer("running_var", {channels}, 1);
  batches_ = &buffer("num_batches_tracked", {}, 0, at::kLong);
}

at::Tensor BatchNorm2d::forward(const at::Tensor& x, const Pass& pass) const {
  if (!pass.training || !weight_->requires_grad()) return batch_norm(x, *weight_, *bias_, *mean_, *variance_, false, 0);
  if (pass.groups.size() <= 1) return normalise_group(x, pass);
  SUREFOOT_CHECK(std::accumulate(pass.groups.begin(), pass.groups.end(), int64_t{0}) == x.size(0),
                 "groups of another micro-batch");
  // Slices along N of a dense tensor are views; the one copy is in `cat`.
  std::vector<at::Tensor> groups = x.split_with_sizes(pass.groups, 0);
  for (at::Tensor& group : groups) group = normalise_group(group, pass);
  return at::cat(groups, 0);
}

at::Tensor BatchNorm2d::normalise_group(const at::Tensor& x, const Pass& pass) const {
  // With momentum 1 the "running" buffers come back as this group's mean and unbiased variance.
  const at::Tensor mean = at::zeros_like(*mean_), variance = at::zeros_like(*variance_);
  at::Tensor y = batch_norm(x, *weight_, *bias_, mean, variance, true, 1.0);
  if (pass.batch_norm != nullptr) pass.batch_norm->add(*this, mean, variance);
  return y;
}

std::array<std::pair<at::Tensor, at::Tensor>, 3> BatchNorm2d::next_running(const at::Tensor& mean,
                                                                           const at::Tensor& variance,
                                                                           double momentum) const {
  const at::NoGradGuard no_grad;
  return {{{*mean_, mean_->mul(1 - momentum).add_(mean, momentum)},
           {*variance_, variance_->mul(1 - momentum).add_(variance, momentum)},
           {*batches_, batches_->add(1)}}};
}

Linear::Linear(Build build, int64_t in, int64_t out, const Init& weight, const Init& bias) : Module(std::move(build)) {
  weight_ = &parameter("weight", {out, in}, Kind::kWeight, weight);
  bias_ = &parameter("bias", {out}, Kind::kBias, bias);
}

at::Tensor Linear::forward(const at::Tensor& x) const {
  return keep_output([&] { return at::linear(x, *weight_, *bias_); });
}

LayerNorm::LayerNorm(Build build, int64_t features) : Module(std::move(build)) {
  weight_ = &parameter("weight", {features}, Kind::kNorm, Init::constant(1));
  bias_ = &parameter("bias", {features}, Kind::kNorm, Init::constant(0));
}

at::Tensor LayerNorm::forward(const at::Tensor& x) const {
  return at::layer_norm(x, weight_->sizes(), *weight_, *bias_, kLayerNormEps);
}

at::Tensor dropout(const at::Tensor& x, double rate, uint32_t layer, const Pass& pass) {
  if (!pass.training || rate <= 0 || x.numel() == 0) return x;
  const at::Tensor uniform = at::empty(x.sizes(), at::TensorOptions().dtype(at::kFloat));
  const int64_t per_sample = x.numel() / x.size(0);
  for (int64_t i = 0; i < x.size(0); ++i) {
    tensor::fill_uniform(uniform.data_ptr<float>() + i * per_sample, per_sample,
                         {.seed = pass.seed,
                          .purpose = Purpose::kDropout,
                          .time = static_cast<uint64_t>(pass.step),
                          .sample = static_cast<uint64_t>(pass.first_sample + i),
                          .attempt = layer});
  }
  return x * keep_mask(uniform, rate, x);
}

at::Tensor drop_path(const at::Tensor& x, double rate, uint32_t layer, const Pass& pass) {
  if (!pass.training || rate <= 0) return x;
  std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  const at::Tensor uniform = at::empty(shape, at::TensorOptions().dtype(at::kDouble));
  for (int64_t i = 0; i < x.size(0); ++i) {
    uniform.data_ptr<double>()[i] = Philox(pass.seed, Purpose::kDropPath, static_cast<uint64_t>(pass.step),
                                           static_cast<uint64_t>(pass.first_sample + i), layer)
                                        .uniform();
  }
  return x * keep_mask(uniform, rate, x);
}

}  // namespace surefoot::nn
