#include "surefoot/plan/convolution.h"

#include <algorithm>

namespace surefoot::plan {
namespace {

// Fixed parts, as oneDNN 3.x asks for them: bookkeeping of the batch-reduce kernel, in all and per thread.
constexpr int64_t kBatchReduce = 4096, kBatchReducePerThread = 4120;
// Floats of one vector register, by which channels are blocked.
constexpr int64_t kLanes = 16;
// Rows longer than this have no hand-written kernel for their weights' gradient: it is a product with unrolled
// pictures.
constexpr int64_t kWidestKernel = 14;

/// Pixels picked out of the input before a pointwise convolution with a stride, per thread.
int64_t picked_pixels(const Convolution& c) { return c.stride > 1 ? c.threads * c.oh * c.ow * c.ic * c.item : 0; }

/// Whether the threads share the pictures, each with float sums of its own, rather than the channels. oneDNN compares
/// what is read again (source) with what is summed more often (weights).
bool threads_share_pictures(const Convolution& c) {
  if (c.threads < 2 || c.n < 2) return false;
  const double weights = 1.78 * static_cast<double>(c.kh * c.kw * c.oc);
  return weights <= static_cast<double>(c.n * c.oh * c.ow);
}

int64_t float_gradient_sums(const Convolution& c) {
  const int64_t one = c.weight_bytes() / c.item * 4;
  return threads_share_pictures(c) ? one * std::min<int64_t>(c.threads, c.n) : one;
}

}  // namespace

bool takes_onednn(const Convolution& c, bool dilated) {
  if (c.half()) return true;
  if (c.item != 4) return false;
  const bool worth = c.stride > 1 || dilated || c.n >= 16 || !c.pointwise() || c.threads > 1;
  return worth && (c.groups > 1 || (c.kh > 3 && c.kw > 3) || c.n > 1 || c.n * c.ic * c.ih * c.iw > 20480);
}

int64_t packed_weight_bytes(const Convolution& c) {
  // 16-bit products take channels in pairs of pairs.
  if (c.half() && c.ic < kLanes) return c.weight_bytes() / c.ic * ((c.ic + 3) / 4 * 4);
  return c.weight_bytes();
}

int64_t forward_scratch(const Convolution& c) {
  if (!c.half())
    return c.channels_last ? kBatchReduce + kBatchReducePerThread * c.threads : c.pointwise() ? picked_pixels(c) : 0;
  return c.pointwise() ? picked_pixels(c) + c.threads * c.oh * c.ow * c.oc * 4 + 17 * c.oc : 0;
}

int64_t backward_data_scratch(const Convolution& c) {
  if (!c.half()) return c.channels_last ? kBatchReduce + kBatchReducePerThread * c.threads : 0;
  return c.pointwise() ? picked_pixels(c) + c.threads * c.oh * c.ow * c.ic * 4 + 18 * c.ic : 0;
}

int64_t backward_weights_scratch(const Convolution& c) {
  if (!c.half()) {
    if (c.kw <= kWidestKernel) return 0;  // sums of a few rows, less than what is held afterwards
    const int64_t unrolled = c.ic * c.kh * c.kw * c.oh * c.ow * c.item;
    return c.threads * (4 * c.weight_bytes() + unrolled * (c.channels_last ? 2 : 1));
  }
  const int64_t sums = float_gradient_sums(c);
  if (c.pointwise()) return sums + picked_pixels(c) + c.threads * c.oh * c.ow * (c.ic + c.oc) * c.item;
  if (c.ic < kLanes) return sums;
  // Rows turned so that neighbouring pixels lie together.
  const int64_t turned = c.threads * c.ih * ((c.iw + 4) * c.ic + c.ow * c.oc) * c.item;
  return sums + turned;
}

}  // namespace surefoot::plan
