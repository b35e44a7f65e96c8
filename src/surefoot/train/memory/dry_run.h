#pragma once
// What a training would take of its device's memory, found out without touching any: the real step runs on tensors that
// have shapes and no values.
#include "surefoot/config/recipe.h"
#include "surefoot/plan/dry_run.h"
#include "surefoot/plan/footing.h"

namespace surefoot::train {

/// Builds the model on the meta device, takes two optimiser steps (the second is the steady state) and evaluates one
/// batch, with everything the recipe asks for: micro-batches, averages, recomputation, autocast, clipping. A pure
/// function of its arguments: nothing of a run in the same process is disturbed, but only one at a time, and no other
/// use of the meta device meanwhile. Well below a second for a ResNet-50. Kernels are those of the CPU: `recipe` may
/// name another device, whose kernels' work space is not known here.
/// @param recipe   resolved: device, precision, threads and stem hold no "auto"
/// @param classes  of the data
/// @param footing  micro_batch and eval_batch 0: the recipe's
/// Throws kInternal where the costs of an operator are not known (the conformance test finds these).
plan::DryRun dry_run(const config::Recipe& recipe, int64_t classes, const plan::Footing& footing);

}  // namespace surefoot::train
