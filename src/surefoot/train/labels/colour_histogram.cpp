#include "surefoot/train/labels/colour_histogram.h"

#include <ATen/ATen.h>

namespace surefoot::train {
namespace {

constexpr int64_t kLevels = 6;

/// @param bins [n, pixels] int64
at::Tensor root_histogram(const at::Tensor& bins) {
  at::Tensor counts = at::zeros({bins.size(0), kLevels * kLevels * kLevels});
  counts.scatter_add_(1, bins, at::ones({1, 1}).expand(bins.sizes()));
  return (counts / static_cast<double>(bins.size(1))).sqrt();
}

}  // namespace

at::Tensor colour_histograms(const at::Tensor& pictures) {
  const at::Tensor level = at::floor_divide(pictures.to(at::kLong) * kLevels, 256);  // [n, side, side, 3]
  const at::Tensor bins = (level.select(3, 0) * kLevels + level.select(3, 1)) * kLevels + level.select(3, 2);
  const int64_t quarter = bins.size(1) / 4;
  const at::Tensor middle = bins.slice(1, quarter, bins.size(1) - quarter).slice(2, quarter, bins.size(2) - quarter);
  return at::cat({root_histogram(bins.flatten(1)), root_histogram(middle.flatten(1))}, 1);
}

}  // namespace surefoot::train
