#include "surefoot/plan/meta_device.h"

#include <unordered_map>

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include "surefoot/base/error.h"
#include "surefoot/plan/meta_autocast.h"

namespace surefoot::plan {
namespace {

// Two keys of libtorch's dispatcher that are in no tensor; MetaDevice puts them into the thread's set. `Fake` stands
// below autograd and sees what would reach a kernel; the autocast key of an out-of-tree device stands above autograd
// and sees what a model calls.
constexpr c10::DispatchKey kBelow = c10::DispatchKey::Fake, kAbove = c10::DispatchKey::AutocastPrivateUse1;

struct Play {
  Ledger& ledger;
  PlayedDevice device;
  MetaAutocast autocast = {};
};
thread_local Play* t_play = nullptr;

std::unordered_map<std::string_view, Rule> gather() {
  std::unordered_map<std::string_view, Rule> rules;
  for (const auto list : {convolution_rules(), norm_rules(), product_rules(), elementwise_rules()}) {
    for (const NamedRule& named : list) rules.emplace(named.op, named.rule);
  }
  return rules;
}

c10::DispatchKeySet after(c10::DispatchKeySet keys, c10::DispatchKey key) {
  return keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, key);
}

void run_below(const c10::OperatorHandle& op, c10::DispatchKeySet keys, torch::jit::Stack* stack) {
  static const auto rules = gather();
  const c10::impl::ExcludeDispatchKeyGuard once(c10::DispatchKeySet({kBelow, kAbove}));
  OperatorCall call(op, after(keys, kBelow), *stack, t_play->ledger, t_play->device);
  const auto rule = rules.find(op.operator_name().name);
  if (rule == rules.end()) return call.run();
  rule->second(call);
}

/// Where a real device would take its fused attention kernel, which the meta device does not have: that kernel's
/// operator. @return false: nothing was done
bool call_fused_attention(const c10::OperatorHandle& op, torch::jit::Stack& stack) {
  if (op.operator_name().name != "aten::scaled_dot_product_attention") return false;
  const size_t first = stack.size() - op.schema().arguments().size();
  const at::Tensor q = stack[first].toTensor(), k = stack[first + 1].toTensor(), v = stack[first + 2].toTensor();
  const std::optional<at::Tensor> mask = stack[first + 3].toOptional<at::Tensor>();
  const double dropout = stack[first + 4].toDouble();
  if (dropout != 0 || q.dim() != 4 || q.size(3) != v.size(3) || q.numel() == 0 || k.numel() == 0) return false;
  const at::Tensor mixed = std::get<0>(at::_scaled_dot_product_flash_attention_for_cpu(
      q, k, v, dropout, stack[first + 5].toBool(), mask, stack[first + 6].toOptional<double>()));
  stack.resize(first);
  stack.emplace_back(mixed);
  return true;
}

void run_above(const c10::OperatorHandle& op, c10::DispatchKeySet keys, torch::jit::Stack* stack) {
  const bool cast = t_play->autocast.cast_arguments(op, *stack, t_play->device.type);
  if (call_fused_attention(op, *stack)) return;
  if (cast) {
    const c10::impl::ExcludeDispatchKeyGuard once(kAbove);
    op.redispatchBoxed(after(keys, kAbove), stack);
  } else {
    op.redispatchBoxed(after(keys, kAbove), stack);
  }
}

}  // namespace

TORCH_LIBRARY_IMPL(_, Fake, library) { library.fallback(torch::CppFunction::makeFromBoxedFunction<&run_below>()); }
TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, library) {
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&run_above>());
}

struct MetaDevice::State {
  Play play;
  c10::impl::IncludeDispatchKeyGuard include{c10::DispatchKeySet({kBelow, kAbove})};
};

MetaDevice::MetaDevice(Ledger& ledger, PlayedDevice device) {
  SUREFOOT_CHECK(t_play == nullptr, "a dry run within a dry run");
  at::autocast::set_autocast_enabled(at::kPrivateUse1, true);  // takes the key out of the thread's excluded set
  state_.reset(new State{{.ledger = ledger, .device = device}});
  t_play = &state_->play;
}

MetaDevice::~MetaDevice() {
  state_->play.autocast = {};
  state_.reset();
  t_play = nullptr;
  at::autocast::set_autocast_enabled(at::kPrivateUse1, false);
}

}  // namespace surefoot::plan
