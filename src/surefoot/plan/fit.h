#pragma once
// What fits into a budget: micro-batch x recomputation x precision x optimiser, what each takes and how much slower it
// is, and the fastest that fits. Every figure of memory is a dry run's.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "surefoot/config/recipe.h"
#include "surefoot/plan/block_levels.h"
#include "surefoot/plan/footing.h"
#include "surefoot/plan/remedies.h"

namespace surefoot::plan {

/// A dry run of this recipe with this footing.
using Rehearsal = std::function<DryRun(const config::Recipe&, const Footing&)>;

struct FitRequest {
  config::Recipe recipe;         // resolved: device, precision, threads, micro_batch hold no "auto"
  bool groups_matter = true;     // a batch norm learns from groups: micro-batches are whole groups
  int64_t budget_bytes = 0;      // of the device
  bool counts_reserved = false;  // the budget holds for what a caching allocator reserves (CUDA), not for live bytes
  Speed speed;                   // of the device, in the recipe's precision: for slow-downs
  std::map<std::string, Speed> other_speeds;        // in other precisions
  std::vector<std::string> precisions, optimizers;  // to show beside the choice
  bool choice_only = false;                         // no list: where the recipe fits as it is, one dry run answers
};

/// One way to train.
struct Option {
  std::string precision, optimizer;
  Footing footing;
  int64_t peak_bytes = 0;      // live, of a steady step
  int64_t reserved_bytes = 0;  // by a caching allocator; 0 where that is not asked for
  int64_t evaluation_peak_bytes = 0;
  int64_t resident_bytes = 0;
  Work work;             // of a picture
  double seconds = 0;    // a picture, by the model of speed.h
  double slow_down = 1;  // times the seconds of the recipe as it is
  bool fits = false;
  bool changes_result = false;  // another precision or optimiser: never chosen
  int64_t needed() const { return std::max({peak_bytes, reserved_bytes}); }
};

struct Fit {
  Option asked;                  // the recipe as it is
  std::vector<Option> pareto;    // nothing here takes more memory and more time than another; least memory last
  std::vector<Option> others;    // the choice with another precision or optimiser
  std::optional<Option> chosen;  // fastest that fits; empty: none does
  std::vector<Remedy> remedies;  // where none does
  int dry_runs = 0;
};

/// Values that the user typed are kept: train.micro_batch is an upper bound, memory.recompute is fixed unless it is
/// "auto"; train.trajectory=exact keeps the micro-batch.
Fit fit(const FitRequest& request, const Rehearsal& rehearse);

/// The same step with fewer micro-batches, where there are many: a dry run takes as long as they are many, and each
/// from the second on is like the second. Its peak lacks `bytes_of_labels` of the pictures that are not there.
config::Recipe shortened(config::Recipe recipe, int64_t micro_batch);
int64_t bytes_of_labels(int64_t pictures);

/// Recipe keys that hold the option, with their values: those that differ from `recipe`.
std::map<std::string, std::string> choice_keys(const config::Recipe& recipe, const Option& option, bool groups_matter);

}  // namespace surefoot::plan
