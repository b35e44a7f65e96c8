#pragma once
// From a batch of bytes to what the model takes.
#include <ATen/core/Tensor.h>

#include "surefoot/config/recipe.h"

namespace surefoot::train {

/// Normalises uint8 pictures on the device: (value / 255 - mean) / std per channel.
class Normalizer {
 public:
  /// @param dtype of the result: float, or double for fp64 runs
  Normalizer(const config::Doubles& mean,
             const config::Doubles& std,
             at::Device device,
             at::ScalarType dtype,
             bool channels_last);
  /// @param pixels [N, size, size, 3] uint8 in host memory, which must stay until the device has it
  /// @return [N, 3, size, size]
  at::Tensor operator()(const uint8_t* pixels, int64_t count, int64_t size) const;

 private:
  at::Device device_;
  at::ScalarType dtype_;
  bool channels_last_;
  at::Tensor scale_, shift_;  // [3]
};

}  // namespace surefoot::train
