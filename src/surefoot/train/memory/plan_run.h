#pragma once
// What a recipe would take on this device and on others, before anything runs.
#include <functional>
#include <string>

#include "surefoot/plan/cost.h"
#include "surefoot/plan/fit.h"
#include "surefoot/plan/host_memory.h"

namespace surefoot::train {

struct PlanRequest {
  config::Recipe recipe;  // as composed from preset, file and flags
  plan::DataFacts data;
  std::string budget;  // as memory.budget; empty: the recipe's, then what is free now
};

struct RunPlan {
  config::Recipe recipe;  // resolved
  plan::DataFacts data;
  std::string device;  // for people
  bool on_cpu = true;
  bool groups_matter = true;
  int64_t budget_bytes = 0;
  std::string budget_from;  // "as asked", "free on this machine now"
  plan::DryRun asked;       // of the recipe as it is
  plan::Fit fit;
  plan::HostMemory host;  // beside the tensors, with the choice's footing
};

/// Resolves the recipe for this machine and looks for what fits. Throws what `resolve` and `dry_run` throw.
RunPlan plan_run(const PlanRequest& request);

/// The same on cards that are not here: precision (bf16) and micro-batch (all of a card's share of the batch) are what
/// a card would be given, where the user typed none.
struct RigPlan {
  plan::Estimate estimate;
  double memory_bytes = 0;  // of a card; a tenth of it stays in reserve
  bool fits = false;
  plan::Option way;  // the choice, or where none fits the recipe as it is
};
RigPlan plan_rig(const RunPlan& run,
                 const plan::HardwareTable& table,
                 const plan::Throughput& throughput,
                 const plan::Rig& rig);

/// The fastest way to train the recipe within so many bytes of this device; one dry run where it fits as it is. Bound
/// by what the user typed as `plan::fit` is. Throws what `dry_run` throws.
plan::Fit fit_within(
    const config::Recipe& resolved, int64_t classes, bool groups_matter, at::Device device, int64_t budget_bytes);

/// Pictures that training and evaluation go through.
plan::RunSize run_size(const config::Recipe& recipe, const plan::DataFacts& data);

/// Live bytes of a steady step and of evaluating a batch. Throws what `dry_run` throws.
struct PredictedPeaks {
  int64_t training = 0, evaluation = 0;
};
PredictedPeaks predict_peaks(const config::Recipe& resolved, int64_t classes, const plan::Footing& footing);

}  // namespace surefoot::train
