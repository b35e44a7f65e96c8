#include "surefoot/tensor/all_finite.h"

#include <cstdint>

#include <ATen/ATen.h>

namespace surefoot::tensor {
namespace {

/// IEEE 754: NaN and infinity are the values whose exponent bits are all set. On integers the loop runs in vectors.
template <class Bits>
bool none_has(Bits exponent, const void* data, int64_t count) {
  const auto* values = static_cast<const Bits*>(data);
  Bits found = 0;
  for (int64_t i = 0; i < count; ++i) found |= static_cast<Bits>((values[i] & exponent) == exponent);
  return found == 0;
}

}  // namespace

bool all_finite(const at::Tensor& tensor) {
  if (!tensor.is_floating_point()) return true;
  if (!tensor.is_cpu() || !tensor.is_non_overlapping_and_dense()) return at::isfinite(tensor).all().item<bool>();
  const void* data = tensor.const_data_ptr();
  const int64_t count = tensor.numel();
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return none_has<uint32_t>(0x7f800000u, data, count);
    case at::kDouble:
      return none_has<uint64_t>(0x7ff0000000000000u, data, count);
    case at::kHalf:
      return none_has<uint16_t>(0x7c00u, data, count);
    case at::kBFloat16:
      return none_has<uint16_t>(0x7f80u, data, count);
    default:
      return at::isfinite(tensor).all().item<bool>();
  }
}

}  // namespace surefoot::tensor
