#pragma once
// The number format of a run. Weights stay fp32 (fp64); bf16 and fp16 are what convolutions and matrix products compute
// in (autocast).
#include <string>

#include <ATen/core/Tensor.h>

namespace surefoot::tensor {

enum class Precision { kFp64, kFp32, kBf16, kFp16 };

/// "auto" becomes bf16 where the device has it natively, otherwise fp32. Throws kRecipeBadValue for an unknown word.
Precision resolve_precision(const std::string& name, at::Device device);
/// "fp64", "fp32", "bf16", "fp16".
std::string precision_name(Precision precision);
/// Of weights and of the images handed to the model: double for fp64, float otherwise.
at::ScalarType weight_dtype(Precision precision);

/// Autocast while it lives; nothing for fp64 and fp32. Leaving it drops the cache of cast weights. One thread; not
/// nested.
class Autocast {
 public:
  Autocast(at::Device device, Precision precision);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  at::DeviceType device_;
  bool active_;
};

/// Autocast as it is on this thread at this moment, for computing the same again later, maybe on another thread.
class AutocastState {
 public:
  explicit AutocastState(at::DeviceType device);
  /// Makes the thread's state this one.
  void enter() const;

 private:
  at::DeviceType device_;
  bool enabled_, cached_;
  at::ScalarType dtype_;

  friend class AutocastAgain;
};

/// That state while it lives, but without the cache of cast weights: what is computed again leaves nothing in it.
class AutocastAgain {
 public:
  explicit AutocastAgain(AutocastState state);
  ~AutocastAgain() { before_.enter(); }
  AutocastAgain(const AutocastAgain&) = delete;
  AutocastAgain& operator=(const AutocastAgain&) = delete;

 private:
  AutocastState before_;
};

}  // namespace surefoot::tensor
