#pragma once
// A step whose loss or gradient is not finite, or jumps: found before the weights change, and what is done about it.
// The numbers are judged by guards/divergence.h.
#include "surefoot/train/memory/recovery.h"
#include "surefoot/train/safety/snapshot_ring.h"

namespace surefoot::train {

/// Judges every step. One thread.
///
/// A bad step is done again, bit for bit: a fault that has gone was of the hardware, and the second result counts. The
/// same again is of the data or the optimiser: the batch is skipped and named; trouble that stays leads back to a
/// snapshot and past the batches before it, then to half the learning rate, then to a stop. All of it is decided by
/// what a checkpoint holds, so a killed run decides the same: a roll-back never goes behind a checkpoint that is due by
/// the recipe (checkpoint.every_steps, epoch ends).
class Divergence {
 public:
  explicit Divergence(Session& session);
  /// The step over `batch`. Afterwards progress.step may be lower than before; where it is not, the batch was learnt
  /// from or skipped (kRefused). Throws kNotFinite where nothing helps, or nothing may be done (guards.semantic=false):
  /// progress and weights are then those of the last good state. Throws kDataClasses for a label that the model does
  /// not have.
  StepResult step(Recovery& recovery, Trainee& trainee, data::Batch batch);
  const SnapshotRing& ring() const { return ring_; }

 private:
  /// One try of a step.
  struct Attempt {
    StepResult result;
    guards::Verdict verdict;
    std::string gradients;  // their hash, where the step was refused
  };
  Attempt attempt(Recovery& recovery, Trainee& trainee, const data::Batch& batch) const;
  /// Snapshots where they are due.
  void remember();
  StepResult take_in(const Attempt& attempt);
  StepResult refuse(Recovery& recovery, Trainee& trainee, data::Batch batch, const Attempt& bad, const Attempt& again);
  StepResult skip(Trainee& trainee, const data::Batch& batch, StepResult result, const std::string& why);
  /// False where there is nothing to go back to.
  bool go_back(const std::string& why);
  void lower_rate(const std::string& why);
  [[noreturn]] void stop(const Attempt& bad, const std::string& why);

  Session& session_;
  SnapshotRing ring_;
  double chance_loss_;  // ln(classes)
  bool began_ = false;
};

}  // namespace surefoot::train
