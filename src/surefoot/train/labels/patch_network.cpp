#include "surefoot/train/labels/patch_network.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "surefoot/base/philox.h"

namespace surefoot::train {
namespace {

constexpr int64_t kPatches = 60000;      // that whitening is learned from
constexpr double kWhiteningFloor = 0.1;  // eigenvalues of contrast-normalised patches are about 1

/// Patches at random places of random pictures, contrast-normalised; a mirrored copy of each follows. [2 n, 3 patch^2]
at::Tensor draw_patches(const at::Tensor& pictures, const PatchNetworkOptions& o, int64_t n) {
  const auto count = static_cast<uint64_t>(pictures.size(0)),
             places = static_cast<uint64_t>(pictures.size(1) - o.patch + 1);
  at::Tensor patches = at::empty({n, o.patch, o.patch, 3}, at::kByte);
  const auto from = pictures.accessor<uint8_t, 4>();
  auto to = patches.accessor<uint8_t, 4>();
  for (int64_t i = 0; i < n; ++i) {
    Philox random(o.seed, Purpose::kInit, o.number + 1, static_cast<uint64_t>(i));
    const auto picture = static_cast<int64_t>(random.below(count));
    const auto y0 = static_cast<int64_t>(random.below(places)), x0 = static_cast<int64_t>(random.below(places));
    for (int64_t y = 0; y < o.patch; ++y) {
      for (int64_t x = 0; x < o.patch; ++x) {
        for (int64_t c = 0; c < 3; ++c) to[i][y][x][c] = from[picture][y0 + y][x0 + x][c];
      }
    }
  }
  const at::Tensor values = patches.permute({0, 3, 1, 2}).to(at::kFloat);
  at::Tensor p = at::cat({values, values.flip({3})}).flatten(1);
  p = p - p.mean(1, /*keepdim=*/true);
  return p / (p.square().mean(1, /*keepdim=*/true) + o.contrast_floor).sqrt();
}

/// Zero-phase whitening (Bell & Sejnowski 1997). @return [d, d] symmetric
at::Tensor whitening_of(const at::Tensor& patches) {
  const at::Tensor covariance = at::matmul(patches.t(), patches).to(at::kDouble) / static_cast<double>(patches.size(0));
  const auto [values, vectors] = at::linalg_eigh(covariance);
  const at::Tensor scale = (values.clamp_min(0) + kWhiteningFloor).rsqrt();
  return at::matmul(vectors * scale, vectors.t()).to(at::kFloat);
}

/// Pictures of `side` px. @return [n, side, side, 3] uint8
at::Tensor resized(const at::Tensor& pictures, int64_t side) {
  if (pictures.size(1) == side) return pictures;
  const at::Tensor channels_first = pictures.permute({0, 3, 1, 2}).to(at::kFloat);
  const at::Tensor small = at::_upsample_bilinear2d_aa(channels_first, {side, side}, /*align_corners=*/false);
  return small.round().clamp(0, 255).to(at::kByte).permute({0, 2, 3, 1}).contiguous();
}

}  // namespace

PatchNetwork::PatchNetwork(const at::Tensor& pictures, const PatchNetworkOptions& options) : options_(options) {
  const PatchNetworkOptions& o = options_;
  // Of a large set an even sample is enough.
  constexpr int64_t kPictures = 10000;
  const int64_t step = std::max<int64_t>(1, pictures.size(0) / kPictures);
  const at::Tensor sample =
      resized(pictures.slice(0, 0, std::min(pictures.size(0), kPictures * step), step).contiguous(), o.side);
  const int64_t n = std::min(kPatches, 200 * sample.size(0));
  const at::Tensor patches = draw_patches(sample, o, n);
  const at::Tensor whitening = whitening_of(patches);
  const at::Tensor white = at::matmul(patches.slice(0, 0, n), whitening);
  // Flat patches make no filters. The draw is random already: the first that fit are taken.
  const at::Tensor norms = white.norm(2, {1});
  at::Tensor fit = at::nonzero(norms > 0.3 * norms.median()).flatten().slice(0, 0, o.filters / 2);
  if (fit.size(0) == 0) fit = at::zeros({1}, at::kLong);
  fit = fit.index({at::arange(o.filters / 2).remainder(fit.size(0))});
  const at::Tensor units = white.index({fit}) / (norms.index({fit}).unsqueeze(1) + 1e-6);
  // Whitening and the removal of the mean go into the filters: a response is one convolution.
  at::Tensor filters = at::matmul(units, whitening);
  filters = (filters - filters.mean(1, /*keepdim=*/true)).reshape({o.filters / 2, 3, o.patch, o.patch});
  filters_ = at::cat({filters, filters.flip({3})}).contiguous();
  box_ = at::full({1, 3, o.patch, o.patch}, 1.0 / static_cast<double>(3 * o.patch * o.patch));
}

at::Tensor PatchNetwork::features(const at::Tensor& pictures) const {
  const PatchNetworkOptions& o = options_;
  const at::Tensor x =
      resized(pictures, o.side).permute({0, 3, 1, 2}).to(at::kFloat).contiguous();  // [n, 3, side, side]
  const std::array<int64_t, 2> stride{o.stride, o.stride}, cells{o.pool, o.pool};
  const at::Tensor mean = at::conv2d(x, box_, {}, stride);
  const at::Tensor variance = (at::conv2d(x * x, box_, {}, stride) - mean * mean).clamp_min_(0);
  at::Tensor response = at::conv2d(x, filters_, {}, stride);  // [n, filters, h, w]
  response.mul_((variance + o.contrast_floor).rsqrt_());
  const int64_t half = o.filters / 2;
  const auto pooled = [&](const at::Tensor& r) {
    const at::Tensor p = at::adaptive_avg_pool2d(r.sub_(o.threshold).relu_(), cells);  // [n, filters, pool, pool]
    return p.slice(1, 0, half) + p.slice(1, half).flip({3});  // what a mirrored picture has too
  };
  const at::Tensor negative = pooled(response.neg());
  return at::cat({pooled(response), negative}, 1).flatten(1);
}

}  // namespace surefoot::train
