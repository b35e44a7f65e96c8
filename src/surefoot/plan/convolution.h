#pragma once
// The work space of oneDNN's convolutions on the CPU.
#include <ATen/core/Tensor.h>

namespace surefoot::plan {

/// Shapes of one two-dimensional convolution.
struct Convolution {
  int64_t n, ic, ih, iw, oc, kh, kw, oh, ow, stride, groups;
  int64_t item;  // bytes of an element
  int threads;
  bool channels_last;

  double flops() const {
    return 2.0 * static_cast<double>(n * oc * oh * ow) * static_cast<double>(ic / groups * kh * kw);
  }
  bool half() const { return item == 2; }
  bool pointwise() const { return kh == 1 && kw == 1; }
  int64_t weight_bytes() const { return oc * (ic / groups) * kh * kw * item; }
  int64_t input_bytes() const { return n * ic * ih * iw * item; }
  int64_t output_bytes() const { return n * oc * oh * ow * item; }
};

/// Whether libtorch calls oneDNN; otherwise its own kernel runs.
bool takes_onednn(const Convolution& c, bool dilated);
/// Bytes of the weights in the order of oneDNN's kernel.
int64_t packed_weight_bytes(const Convolution& c);
/// Buffers of the three kernels.
int64_t forward_scratch(const Convolution& c);
int64_t backward_data_scratch(const Convolution& c);
int64_t backward_weights_scratch(const Convolution& c);

}  // namespace surefoot::plan
