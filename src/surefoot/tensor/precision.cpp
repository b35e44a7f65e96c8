#include "surefoot/tensor/precision.h"

#include <ATen/autocast_mode.h>

#include "surefoot/base/error.h"
#include "surefoot/tensor/device.h"

namespace surefoot::tensor {

Precision resolve_precision(const std::string& name, at::Device device) {
  if (name == "auto") return has_native_bf16(device) ? Precision::kBf16 : Precision::kFp32;
  for (const Precision precision : {Precision::kFp64, Precision::kFp32, Precision::kBf16, Precision::kFp16}) {
    if (name == precision_name(precision)) return precision;
  }
  throw Error(ErrorCode::kRecipeBadValue, "train.precision=" + name + " is not a precision",
              "it is one of auto, fp64, fp32, bf16, fp16", "use train.precision=auto");
}

std::string precision_name(Precision precision) {
  switch (precision) {
    case Precision::kFp64:
      return "fp64";
    case Precision::kFp32:
      return "fp32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kFp16:
      return "fp16";
  }
  return "";
}

at::ScalarType weight_dtype(Precision precision) { return precision == Precision::kFp64 ? at::kDouble : at::kFloat; }

namespace {

/// Libtorch's autocast knows no meta device; a dry run on it reads the CPU's state.
at::DeviceType casting_type(at::DeviceType type) { return type == at::kMeta ? at::kCPU : type; }

}  // namespace

Autocast::Autocast(at::Device device, Precision precision)
    : device_(casting_type(device.type())), active_(precision == Precision::kBf16 || precision == Precision::kFp16) {
  if (!active_) return;
  at::autocast::set_autocast_dtype(device_, precision == Precision::kBf16 ? at::kBFloat16 : at::kHalf);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::increment_nesting();
}

Autocast::~Autocast() {
  if (!active_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, false);
}

AutocastState::AutocastState(at::DeviceType device)
    : device_(casting_type(device)),
      enabled_(at::autocast::is_autocast_available(device_) && at::autocast::is_autocast_enabled(device_)),
      cached_(at::autocast::is_autocast_cache_enabled()),
      dtype_(at::autocast::is_autocast_available(device_) ? at::autocast::get_autocast_dtype(device_) : at::kFloat) {}

void AutocastState::enter() const {
  at::autocast::set_autocast_cache_enabled(cached_);
  if (!at::autocast::is_autocast_available(device_)) return;
  at::autocast::set_autocast_dtype(device_, dtype_);
  at::autocast::set_autocast_enabled(device_, enabled_);
}

AutocastAgain::AutocastAgain(AutocastState state) : before_(state.device_) {
  state.cached_ = false;
  state.enter();
}

}  // namespace surefoot::tensor
