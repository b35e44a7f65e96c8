#include "surefoot/train/input.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "surefoot/base/error.h"

namespace surefoot::train {
namespace {

/// One pass over the pixels instead of three: x * scale + shift, [pixels, 3].
template <class T>
void normalise(const uint8_t* source, T* target, int64_t pixels, const T* scale, const T* shift) {
  at::parallel_for(0, pixels, 16384, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      for (int64_t c = 0; c < 3; ++c) target[i * 3 + c] = static_cast<T>(source[i * 3 + c]) * scale[c] + shift[c];
    }
  });
}

}  // namespace

Normalizer::Normalizer(const config::Doubles& mean,
                       const config::Doubles& std,
                       at::Device device,
                       at::ScalarType dtype,
                       bool channels_last)
    : device_(device), dtype_(dtype), channels_last_(channels_last) {
  SUREFOOT_CHECK(mean.size() == 3 && std.size() == 3, "three channels");
  const auto options = at::TensorOptions().dtype(dtype);
  at::Tensor m = at::tensor(mean, at::kDouble), s = at::tensor(std, at::kDouble);
  scale_ = (1.0 / (255.0 * s)).to(options).to(device).contiguous();
  shift_ = (-m / s).to(options).to(device).contiguous();
}

at::Tensor Normalizer::operator()(const uint8_t* pixels, int64_t count, int64_t size) const {
  at::Tensor result;                            // [N, H, W, 3]
  if (device_.is_cpu() || device_.is_meta()) {  // a dry run on the meta device plays the CPU
    result = at::empty({count, size, size, 3}, at::TensorOptions().dtype(dtype_).device(device_));
    const int64_t total = count * size * size;
    if (device_.is_meta()) {
      // no values
    } else if (dtype_ == at::kDouble) {
      normalise(pixels, result.data_ptr<double>(), total, scale_.data_ptr<double>(), shift_.data_ptr<double>());
    } else {
      normalise(pixels, result.data_ptr<float>(), total, scale_.data_ptr<float>(), shift_.data_ptr<float>());
    }
  } else {
    const at::Tensor host =
        at::from_blob(const_cast<uint8_t*>(pixels), {count, size, size, 3}, at::TensorOptions().dtype(at::kByte));
    result = at::addcmul(shift_, host.to(device_, /*non_blocking=*/true).to(dtype_), scale_);
  }
  result = result.permute({0, 3, 1, 2});  // a channels_last view
  return channels_last_ ? result : result.contiguous();
}

}  // namespace surefoot::train
