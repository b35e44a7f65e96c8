#pragma once
// Why the very first steps of a training give no finite loss or gradient.
#include <optional>
#include <string>

#include "surefoot/train/step.h"

namespace surefoot::train {

struct Diagnosis {
  std::string what, why, fix;
};

/// Looks in this order and stops at the first that explains it: the pictures as the model gets them, the labels, the
/// loss, the learning rate, the weights, the range of the precision; then any layer or gradient that is not finite in
/// fp32. The trainee stays as it is. Empty where the batch, computed again, shows nothing: then it was the moment, not
/// the recipe. Takes the time of two or three steps.
std::optional<Diagnosis> diagnose(Trainee& trainee, const data::Batch& batch);

}  // namespace surefoot::train
