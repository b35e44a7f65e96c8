#include "surefoot/train/recovery.h"

namespace surefoot::train {

data::Batch Recovery::next_batch() { return session_.train_loader->next(); }

StepResult Recovery::step(Trainee& trainee, const data::Batch& batch, const Judge& judge) {
  return train_step(trainee, batch, judge);
}

}  // namespace surefoot::train
