#include "surefoot/train/memory/cannot_fit.h"

#include <algorithm>
#include <vector>

#include "surefoot/base/units.h"
#include "surefoot/nn/model.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/memory_budget.h"
#include "surefoot/train/memory/plan_run.h"

namespace surefoot::train {
namespace {

/// Something to change in the recipe.
struct Way {
  std::string key, value, effect;
};

struct Tried {
  config::Recipe recipe;
  uint64_t needed = 0;  // bytes at the peak of a steady step; 0: not known
};

void add_what_is_forbidden(const Session& s, std::vector<Way>& ways) {
  const auto& recipe = s.recipe;
  if (recipe.memory.recompute == "none") ways.push_back({"memory.recompute", "auto", "same result, slower"});
  if (recipe.memory.offload == "never") ways.push_back({"memory.offload", "auto", "same result, slower"});
  const int64_t smallest = s.groups_matter ? recipe.train.batch_norm_group : recipe.memory.micro_batch_floor;
  if (recipe.train.trajectory == "exact" && s.footing.micro_batch > std::max<int64_t>(1, smallest))
    ways.push_back({"train.trajectory", "auto", "smaller micro-batches: equal to rounding"});
}

/// The least change of what is learnt first.
void add_what_changes_the_result(const Session& s, std::vector<Way>& ways) {
  const auto& recipe = s.recipe;
  const int64_t group = recipe.train.batch_norm_group > 0 ? std::min(recipe.train.batch_norm_group, recipe.train.batch)
                                                          : recipe.train.batch;
  if (!s.groups_matter && recipe.memory.micro_batch_floor > 1)
    ways.push_back({"memory.micro_batch_floor", "1", "equal to rounding"});
  if (recipe.train.ema > 0) ways.push_back({"train.ema", "0", "no average"});
  if (s.precision == tensor::Precision::kFp32) ways.push_back({"train.precision", "bf16", "half the bits in activations"});
  if (s.groups_matter && group >= 4)
    ways.push_back({"train.batch_norm.group", std::to_string(group / 2), "smaller groups"});
  const int64_t multiple = nn::find_model(recipe.model.name).image_multiple;
  if (const int64_t side = recipe.data.image_size * 7 / 10 / multiple * multiple; side > 0)
    ways.push_back({"data.image_size", std::to_string(side), "smaller pictures"});
  if (recipe.optim.name != "sgd") ways.push_back({"optim.name", "sgd", "less state"});
  if (recipe.optim.name == "sgd" && recipe.optim.momentum > 0) ways.push_back({"optim.momentum", "0", "no state"});
  if (recipe.model.freeze == "none" && !recipe.model.weights.empty()) ways.push_back({"model.freeze", "backbone", "only the head learns"});
}

/// The least that recovery could bring the recipe down to.
plan::Footing least_footing(const Session& s, const config::Recipe& recipe) {
  plan::Footing footing = s.footing;
  if (recipe.memory.recompute != "none") footing.recompute = plan::recompute_levels("block", s.model->block_names().size());
  if (recipe.train.trajectory == "exact") return footing;
  footing.micro_batch = s.groups_matter ? recipe.train.batch_norm_group > 0 ? recipe.train.batch_norm_group : recipe.train.batch
                                        : recipe.memory.micro_batch_floor;
  footing.micro_batch = std::min(footing.micro_batch, s.footing.micro_batch);
  return footing;
}

Tried tried(const Session& s, config::Recipe recipe) {
  Tried result{.recipe = std::move(recipe)};
  try {
    result.needed = static_cast<uint64_t>(
        predict_peaks(result.recipe, static_cast<int64_t>(s.manifest->classes().size()), least_footing(s, result.recipe)).training);
  } catch (const Error&) {  // what cannot be predicted is not offered
  }
  return result;
}

/// With room to spare, so that the first try goes through.
bool fits(const Tried& with, uint64_t budget) { return with.needed > 0 && with.needed <= budget / 20 * 17; }

config::Recipe changed(config::Recipe recipe, const Way& way) {
  config::set(recipe, way.key, way.value);
  return recipe;
}

std::string in_words(const Way& way, const Tried& with) {
  return "--set " + way.key + "=" + way.value + " (" + way.effect + "; needs " + format_bytes(with.needed) + ")";
}

/// What fits by itself; where nothing does, changes heaped up until they do, or the memory that is needed.
std::string plan_that_fits(const Session& s, uint64_t budget) {
  std::vector<Way> ways;
  add_what_is_forbidden(s, ways);
  add_what_changes_the_result(s, ways);
  std::string alone, together;
  Tried heap{.recipe = s.recipe};
  for (const Way& way : ways) {
    const Tried with = tried(s, changed(s.recipe, way));
    if (fits(with, budget)) alone += (alone.empty() ? "" : ", or ") + in_words(way, with);
  }
  if (!alone.empty()) return "one of: " + alone;
  for (const Way& way : ways) {
    heap = tried(s, changed(heap.recipe, way));
    together += "--set " + way.key + "=" + way.value + " ";
    if (fits(heap, budget)) return together + "(together they need " + format_bytes(heap.needed) + ")";
  }
  const Tried as_it_is = tried(s, s.recipe);
  return "a smaller model: this one needs " + format_bytes(as_it_is.needed) + " as it is, and no recipe value brings it down to " +
         format_bytes(budget);
}

}  // namespace

Error cannot_fit(const Session& s, Phase phase, const std::string& message) {
  const uint64_t set = tensor::memory_budget(s.device), budget = set > 0 ? set : tensor::memory_capacity(s.device).total_bytes;
  uint64_t weights = 0;
  for (const at::Tensor& parameter : s.trainable) weights += parameter.nbytes();
  const uint64_t held = weights * (2 + static_cast<uint64_t>(s.optimizer->state_tensors_per_parameter()));
  const std::string fix = plan_that_fits(s, budget) + "; with --allow-changes the run goes on from its checkpoint";
  return Error(ErrorCode::kOutOfMemory,
               "step " + std::to_string(s.progress.step + 1) + " does not fit into memory (" + phase_name(phase) +
                   "), and nothing is left that may be given up",
               message + "; in force: " + plan::describe(s.footing) + "; weights, gradients and optimiser alone take " +
                   format_bytes(held) + (set > 0 ? " of " + format_bytes(set) : ""),
               s.recipe.memory.recovery ? fix : "--set memory.recovery=true recovers by itself; otherwise " + fix);
}

}  // namespace surefoot::train
