#pragma once
// One optimiser step, the page to read first. It is a transaction: weights, optimiser, batch-norm buffers, scaler and
// counters are either all as after the step, or, where anything throws, all as before it.
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "surefoot/config/recipe.h"
#include "surefoot/config/schedule.h"
#include "surefoot/data/loader.h"
#include "surefoot/nn/model.h"
#include "surefoot/optim/ema.h"
#include "surefoot/optim/loss_scaler.h"
#include "surefoot/optim/optimizer.h"
#include "surefoot/plan/footing.h"
#include "surefoot/tensor/precision.h"
#include "surefoot/train/input.h"
#include "surefoot/train/progress.h"

namespace surefoot::train {

enum class Phase { kLoading, kForward, kBackward, kOptimizer, kEvaluation, kSaving };
/// "loading", "forward", ...
const char* phase_name(Phase phase);

/// Hears where a step is and may interfere: faults that are rehearsed, the dry run's bookkeeping. One thread.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual void entering(Phase) {}
  /// After backward and unscaling, before anything is judged.
  virtual void gradients_ready(double& /*loss*/, std::vector<at::Tensor>& /*gradients*/) {}
};

/// What a step works on: the state that a checkpoint holds, and how to compute.
struct Trainee {
  const config::Recipe& recipe;
  const config::Schedule& schedule;
  const Normalizer& normalizer;
  at::Device device;
  tensor::Precision precision;
  nn::Model& model;
  std::vector<at::Tensor> trainable;  // parameters with gradients
  nn::BatchNormSums& batch_norm;
  optim::Optimizer& optimizer;
  optim::Ema* ema;            // null where off
  optim::LossScaler* scaler;  // null unless fp16
  Progress& progress;
  const plan::Footing& footing;      // how the batch is cut, what is kept for the backward
  StepObserver* observer = nullptr;  // may be null
  bool groups_matter = true;         // a batch norm learns from groups: no micro-batch is smaller than one
};

struct StepResult {
  enum class Outcome {
    kUpdated,
    kOverflow,  // fp16: the scaler skipped the update; the step counts
    kRefused,   // the judge said no: nothing has changed, the step does not count
  };
  double loss = 0;       // mean over the batch, with label smoothing
  double grad_norm = 0;  // global L2 norm before clipping
  double lr = 0;
  Outcome outcome = Outcome::kUpdated;
};

/// Whether weights may change by a step of this loss and gradient norm, either of which may be NaN or infinite.
using Judge = std::function<bool(const StepResult&)>;

/// Forward and backward over the micro-batches, then the optimiser, if `judge` agrees. Without a judge throws
/// kNotFinite where loss or gradients are not finite (nothing changed).
StepResult train_step(Trainee& trainee, const data::Batch& batch, const Judge& judge = {});
/// Counts the step as tried without learning from its batch.
void skip_step(Trainee& trainee);

}  // namespace surefoot::train
