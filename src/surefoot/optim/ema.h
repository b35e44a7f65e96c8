#pragma once
// A moving average of the weights, evaluated beside them: Polyak & Juditsky 1992. Parameters are averaged, buffers
// copied.
#include <functional>

#include "surefoot/nn/module.h"
#include "surefoot/tensor/safetensors_io.h"

namespace surefoot::optim {

/// average = decay * average + (1 - decay) * weights after each update; starts as a copy. Not thread-safe.
class Ema {
 public:
  Ema(const nn::Module& model, double decay);
  /// After each optimiser step that changed the weights.
  void update() { prepare()(); }
  /// The update that is to follow an optimiser step: it allocates no tensor, so it cannot run out of memory.
  std::function<void()> prepare();
  /// Exchanges the model's values with the averages, in place; call twice to be back. Between the calls do not train.
  void swap();
  /// The averaged state_dict (the raw one while swapped in); shares storage.
  tensor::NamedTensors state() const;
  /// Restores what `state` gave. Throws kCheckpointDamaged where names or shapes do not fit.
  void load(const tensor::NamedTensors& state);
  double decay() const { return decay_; }

 private:
  double decay_;
  std::vector<nn::NamedTensor> live_;
  std::vector<at::Tensor> average_;  // as live_
};

/// The averages are the model's weights while it lives.
class EmaInUse {
 public:
  /// @param ema null: nothing happens
  explicit EmaInUse(Ema* ema) : ema_(ema) {
    if (ema_ != nullptr) ema_->swap();
  }
  ~EmaInUse() {
    if (ema_ != nullptr) ema_->swap();
  }
  EmaInUse(const EmaInUse&) = delete;
  EmaInUse& operator=(const EmaInUse&) = delete;

 private:
  Ema* ema_;
};

}  // namespace surefoot::optim
