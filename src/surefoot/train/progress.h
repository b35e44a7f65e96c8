#pragma once
// Where a run stands: everything besides tensors that a checkpoint must hold so that a resumed run is the same run.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "surefoot/guards/divergence.h"
#include "surefoot/train/memory/footing_record.h"

namespace surefoot::train {

struct EvalFigures {
  double top1 = 0, top5 = 0, loss = 0;
  int64_t pictures = 0, bad = 0;
  std::vector<int64_t> predicted;  // how often each class came out on top
};

/// The best evaluation so far.
struct Best {
  double top1 = -1;
  double top5 = 0, loss = 0;
  int64_t epoch = -1;  // 1-based epoch at whose end it was measured; -1: none yet
  int64_t step = -1;
  std::string weights = "raw";  // "raw" or "ema"
};

struct Progress {
  int64_t step = 0;     // optimiser steps tried; position in the data: epoch = step / steps_per_epoch
  int64_t updates = 0;  // optimiser steps that changed the weights (fp16 skips the overflowing ones)
  int64_t steps_per_epoch = 0;
  int64_t epochs_since_best = 0;
  double epoch_loss_sum = 0;  // over the pictures of this epoch so far
  int64_t epoch_pictures = 0;
  double train_seconds = 0;  // over all processes of the run
  int64_t pictures_seen = 0;
  double scaler_scale = 0;  // fp16 only
  int64_t scaler_good_steps = 0;
  FootingRecord memory;  // its micro-batch is part of the trajectory
  double lr_scale = 1;   // of the whole schedule; lowered after a divergence
  guards::DivergenceState divergence;
  int64_t threads = 0;  // intra-op threads; part of the trajectory on the CPU
  std::string precision, device, data_fingerprint, model;
  Best best;
  bool finished = false;  // reached its last step or stopped early
  std::string finish_reason;

  int64_t epoch() const { return steps_per_epoch > 0 ? step / steps_per_epoch : 0; }
  int64_t step_in_epoch() const { return steps_per_epoch > 0 ? step % steps_per_epoch : 0; }
};

/// JSON text with stable key order; doubles read back exactly.
std::string to_json(const Progress& progress);
/// Throws kCheckpointDamaged for text that is not a progress record.
Progress progress_from_json(const std::string& text);

}  // namespace surefoot::train
