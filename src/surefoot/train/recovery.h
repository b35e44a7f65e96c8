#pragma once
// Memory ran out: what to do about it, rung by rung, so that no batch is lost.
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Runs the parts of training that allocate. One thread.
class Recovery {
 public:
  explicit Recovery(Session& session) : session_(session) {}
  /// The next batch of the training part.
  data::Batch next_batch();
  /// train_step, again and again with less memory until it fits; see there.
  StepResult step(Trainee& trainee, const data::Batch& batch, const Judge& judge = {});

 private:
  Session& session_;
};

}  // namespace surefoot::train
