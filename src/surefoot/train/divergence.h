#pragma once
// A step whose loss or gradient is not finite, or jumps: found before the weights change, and what is done about it.
#include "surefoot/train/recovery.h"

namespace surefoot::train {

/// Judges every step. One thread.
class Divergence {
 public:
  explicit Divergence(Session& session) : session_(session) {}
  /// The step over `batch`. Where it is refused, the batch is skipped, or the run goes back to a snapshot, or it ends
  /// with kNotFinite. Afterwards progress.step may be lower than before.
  StepResult step(Recovery& recovery, Trainee& trainee, const data::Batch& batch);

 private:
  Session& session_;
};

}  // namespace surefoot::train
