#include "surefoot/train/safety/layer_watch.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

namespace surefoot::train {
namespace {

thread_local LayerWatch* t_watch = nullptr;

bool finite(const at::Tensor& value) {
  return !value.defined() || !value.is_floating_point() || value.numel() == 0 || at::isfinite(value).all().item<bool>();
}

double largest(const at::Tensor& value) {
  const at::Tensor magnitudes = value.detach().to(at::kDouble).abs();
  return at::where(at::isfinite(magnitudes), magnitudes, at::zeros_like(magnitudes)).max().item<double>();
}

/// Travels from an operator's start to its end.
struct Running final : at::ObserverContext {
  BadLayer layer;
};

}  // namespace

struct LayerWatchCallbacks {
  static std::unique_ptr<at::ObserverContext> start(const at::RecordFunction& fn) {
    if (t_watch == nullptr || t_watch->first_bad_) return nullptr;
    const at::DisableRecordFunctionGuard unwatched;
    const std::string* layer = nullptr;
    for (const c10::IValue& input : fn.inputs()) {
      if (!input.isTensor() || !input.toTensor().defined()) continue;
      const auto found = t_watch->layers_.find(input.toTensor().unsafeGetTensorImpl());
      if (found != t_watch->layers_.end()) layer = &found->second;
    }
    if (layer == nullptr || !fn.inputs()[0].isTensor()) return nullptr;
    // An operator on a parameter alone (its transpose) has no input to judge.
    if (t_watch->layers_.contains(fn.inputs()[0].toTensor().unsafeGetTensorImpl())) return nullptr;
    auto running = std::make_unique<Running>();
    running->layer = {.layer = *layer, .op = fn.name()};
    const at::Tensor& x = fn.inputs()[0].toTensor();
    running->layer.input_was_finite = finite(x);
    if (x.defined() && x.is_floating_point() && x.numel() > 0) running->layer.largest_input = largest(x);
    if (!running->layer.input_was_finite) t_watch->first_bad_ = running->layer;
    return running;
  }

  static void end(const at::RecordFunction& fn, at::ObserverContext* context) {
    if (t_watch == nullptr || t_watch->first_bad_ || context == nullptr) return;
    const at::DisableRecordFunctionGuard unwatched;
    for (const c10::IValue& output : fn.outputs()) {
      if (!output.isTensor() || finite(output.toTensor())) continue;
      t_watch->first_bad_ = static_cast<Running*>(context)->layer;
      return;
    }
  }
};

LayerWatch::LayerWatch(const nn::Module& module) {
  for (const nn::NamedTensor& parameter : module.named_parameters())
    layers_[parameter.tensor.unsafeGetTensorImpl()] = parameter.name.substr(0, parameter.name.rfind('.'));
  t_watch = this;
  handle_ =
      at::addThreadLocalCallback(at::RecordFunctionCallback(&LayerWatchCallbacks::start, &LayerWatchCallbacks::end)
                                     .needsInputs(true)
                                     .needsOutputs(true)
                                     .scopes({at::RecordScope::FUNCTION}));
}

LayerWatch::~LayerWatch() {
  at::removeCallback(handle_);
  t_watch = nullptr;
}

}  // namespace surefoot::train
