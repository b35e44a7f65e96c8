#pragma once
// The meta device plays a real one: its operators take and give back the memory that theirs would.
#include <memory>

#include <ATen/core/Tensor.h>

#include "surefoot/plan/operator_call.h"

namespace surefoot::plan {

/// While it lives, operators on meta tensors on this thread (and in backwards that it starts) behave as on `device`:
/// autocast casts, attention takes the fused kernel, kernels hold their work space. Costs go to `ledger`. Not nested.
class MetaDevice {
 public:
  MetaDevice(Ledger& ledger, PlayedDevice device);
  ~MetaDevice();
  MetaDevice(const MetaDevice&) = delete;
  MetaDevice& operator=(const MetaDevice&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace surefoot::plan
