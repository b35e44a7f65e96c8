#include "surefoot/train/divergence.h"

namespace surefoot::train {

StepResult Divergence::step(Recovery& recovery, Trainee& trainee, const data::Batch& batch) {
  return recovery.step(trainee, batch);
}

}  // namespace surefoot::train
