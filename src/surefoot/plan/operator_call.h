#pragma once
// One call of an operator on meta tensors, below autograd and autocast, and what a kernel of the CPU would cost beside
// its results.
#include <span>
#include <string_view>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

#include "surefoot/plan/ledger.h"
#include "surefoot/plan/meta_memory.h"

namespace surefoot::plan {

/// The device that the meta tensors stand for.
struct PlayedDevice {
  at::DeviceType type = at::kCPU;
  int threads = 1;  // of the CPU's kernels, some of which work in a buffer per thread
};

class OperatorCall {
 public:
  OperatorCall(const c10::OperatorHandle& op,
               c10::DispatchKeySet keys,
               torch::jit::Stack& stack,
               Ledger& ledger,
               const PlayedDevice& device)
      : op_(op),
        keys_(keys),
        stack_(stack),
        ledger_(ledger),
        device_(device),
        first_(stack.size() - op.schema().arguments().size()) {}

  /// Before `run` or `give` only. @param i as in the operator's schema
  const c10::IValue& argument(size_t i) const { return stack_[first_ + i]; }
  size_t arguments() const { return op_.schema().arguments().size(); }
  /// Undefined where it was not given.
  at::Tensor tensor(size_t i) const { return argument(i).isNone() ? at::Tensor() : argument(i).toTensor(); }
  /// Undefined where it is no tensor.
  at::Tensor tensor_or_none(size_t i) const { return argument(i).isTensor() ? argument(i).toTensor() : at::Tensor(); }
  const PlayedDevice& device() const { return device_; }
  bool on_cpu() const { return device_.type == at::kCPU; }

  /// Libtorch's own kernel for meta tensors.
  void run() { op_.redispatchBoxed(keys_, &stack_); }
  /// Instead of `run`.
  void give(std::vector<c10::IValue> results) {
    stack_.resize(first_);
    for (c10::IValue& result : results) stack_.push_back(std::move(result));
  }
  const at::Tensor& result(size_t i) const { return stack_[first_ + i].toTensor(); }
  void count_flops(double flops) { ledger_.count_flops(flops); }
  /// The model works: what came before in this forward was its input.
  void model_began() {
    if (ledger_.stage() == Stage::kInput) ledger_.enter(Stage::kForward);
  }

 private:
  const c10::OperatorHandle& op_;
  c10::DispatchKeySet keys_;
  torch::jit::Stack& stack_;
  Ledger& ledger_;
  const PlayedDevice& device_;
  size_t first_;
};

using Rule = void (*)(OperatorCall&);
struct NamedRule {
  std::string_view op;  // "aten::convolution", all overloads
  Rule rule;
};
/// Operators that libtorch has no meta kernel for without Python, or whose CPU kernel holds more than its results while
/// it runs. All others cost their results. Measured on libtorch 2.13 (oneDNN 3.x) with AVX-512.
std::span<const NamedRule> convolution_rules();
std::span<const NamedRule> norm_rules();
std::span<const NamedRule> product_rules();
std::span<const NamedRule> elementwise_rules();

}  // namespace surefoot::plan
