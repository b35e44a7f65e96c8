#pragma once
// One optimiser step, the page to read first. It is a transaction: weights, optimiser, batch-norm buffers, scaler and
// counters are either all as after the step, or, where anything throws, all as before it.
#include <cstdint>
#include <memory>
#include <vector>

#include "surefoot/config/recipe.h"
#include "surefoot/config/schedule.h"
#include "surefoot/data/loader.h"
#include "surefoot/nn/model.h"
#include "surefoot/optim/ema.h"
#include "surefoot/optim/loss_scaler.h"
#include "surefoot/optim/optimizer.h"
#include "surefoot/tensor/precision.h"
#include "surefoot/train/input.h"
#include "surefoot/train/progress.h"

namespace surefoot::train {

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
};

struct StepResult {
  double loss = 0;       // mean over the batch, with label smoothing
  double grad_norm = 0;  // global L2 norm before clipping
  double lr = 0;
  bool updated = true;  // false: fp16 overflow, the scaler skipped the update
};

/// Forward and backward over the micro-batches, then the optimiser. Throws kNotFinite where loss or gradients are not
/// finite (nothing changed).
StepResult train_step(Trainee& trainee, const data::Batch& batch);

}  // namespace surefoot::train
