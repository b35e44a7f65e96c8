#pragma once
// What a run trains, without data, folder or record: for finding out what it costs.
#include <memory>

#include "surefoot/plan/footing.h"
#include "surefoot/train/step.h"

namespace surefoot::train {

/// Set up as a session sets up its own, on any device. Not thread-safe.
class BareSession {
 public:
  /// @param recipe   resolved
  /// @param footing  micro_batch and eval_batch 0: the recipe's
  BareSession(const config::Recipe& recipe, int64_t classes, const plan::Footing& footing, at::Device device);
  /// The moving average, where the recipe has one; before the first step.
  void make_average();
  /// From the next step on; between fp32 and bf16, whose weights are the same.
  void compute_in(tensor::Precision precision) { precision_ = precision; }
  Trainee trainee(StepObserver* observer = nullptr);
  /// Scores of `footing().eval_batch` pictures. @param pixels may be null on the meta device
  void evaluate_batch(const uint8_t* pixels);
  nn::Model& model() { return *model_; }
  const plan::Footing& footing() const { return footing_; }

 private:
  config::Recipe recipe_;
  plan::Footing footing_;
  at::Device device_;
  tensor::Precision precision_;
  config::Schedule schedule_;
  std::unique_ptr<nn::Model> model_;
  bool channels_last_;
  Normalizer normalizer_;
  std::vector<at::Tensor> trainable_;
  nn::BatchNormSums batch_norm_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  std::unique_ptr<optim::Ema> ema_;
  std::unique_ptr<optim::LossScaler> scaler_;
  Progress progress_;
};

}  // namespace surefoot::train
