#pragma once
// Tensors filled from Philox: computed on the CPU and copied, so the device, the number of threads and the instruction
// set change nothing. Element i (in contiguous order) is a pure function of (stream, i).
#include <cstdint>

#include <ATen/core/Tensor.h>

#include "surefoot/base/philox.h"

namespace surefoot::tensor {

/// Names one stream of random numbers; the fields of `Philox`.
struct Stream {
  uint64_t seed = 0;
  Purpose purpose = Purpose::kInit;
  uint64_t time = 0;
  uint64_t sample = 0;
  uint32_t attempt = 0;
};

/// Uniform in [low, high). Any floating dtype, device and layout; `target` is changed in place and not recorded by
/// autograd.
void fill_uniform(const at::Tensor& target, const Stream& stream, double low = 0, double high = 1);
void fill_normal(const at::Tensor& target, const Stream& stream, double mean = 0, double std = 1);
/// Normal within mean +- limit standard deviations, by inversion, so that element i stays a function of i.
void fill_trunc_normal(const at::Tensor& target, const Stream& stream, double mean, double std, double limit = 2);
/// Uniform in [0, 1), 24 bits each, to host memory.
void fill_uniform(float* target, int64_t count, const Stream& stream);

}  // namespace surefoot::tensor
