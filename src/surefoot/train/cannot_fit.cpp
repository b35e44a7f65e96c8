#include "surefoot/train/cannot_fit.h"

#include <algorithm>
#include <vector>

#include "surefoot/base/units.h"
#include "surefoot/nn/model.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/memory_budget.h"

namespace surefoot::train {
namespace {

uint64_t weight_bytes(const Session& s) {
  uint64_t bytes = 0;
  for (const at::Tensor& parameter : s.trainable) bytes += parameter.nbytes();
  return bytes;
}

/// What was forbidden costs nothing but time.
void add_what_is_forbidden(const Session& s, std::vector<std::string>& ways) {
  const auto& recipe = s.recipe;
  if (recipe.memory.recompute == "none") ways.push_back("memory.recompute=auto (same result, slower)");
  if (recipe.memory.offload == "never") ways.push_back("memory.offload=auto (same result, slower)");
  const int64_t smallest = s.groups_matter ? recipe.train.batch_norm_group : recipe.memory.micro_batch_floor;
  if (recipe.train.trajectory == "exact" && s.footing.micro_batch > std::max<int64_t>(1, smallest))
    ways.push_back("train.trajectory=auto (cuts micro-batches of " + std::to_string(s.footing.micro_batch) +
                   " smaller: equal to rounding)");
}

void add_what_changes_the_result(const Session& s, std::vector<std::string>& ways) {
  const auto& recipe = s.recipe;
  const int64_t group = recipe.train.batch_norm_group > 0 ? std::min(recipe.train.batch_norm_group, recipe.train.batch)
                                                          : recipe.train.batch;
  if (s.groups_matter && group >= 4)
    ways.push_back("train.batch_norm.group=" + std::to_string(group / 2) + " (half the activations)");
  if (!s.groups_matter && recipe.memory.micro_batch_floor > 1) ways.push_back("memory.micro_batch_floor=1");
  if (s.precision == tensor::Precision::kFp32) ways.push_back("train.precision=bf16 (about half the activations)");
  const int64_t multiple = nn::find_model(recipe.model.name).image_multiple;
  const int64_t side = recipe.data.image_size * 7 / 10 / multiple * multiple;
  if (side > 0) ways.push_back("data.image_size=" + std::to_string(side) + " (about half the activations)");
  const uint64_t weights = weight_bytes(s);
  if (recipe.optim.name != "sgd")
    ways.push_back("optim.name=sgd (saves " + format_bytes(weights) + " of the optimiser's state)");
  if (s.ema) ways.push_back("train.ema=0 (saves " + format_bytes(weights) + ")");
}

}  // namespace

Error cannot_fit(const Session& s, Phase phase, const std::string& message) {
  std::vector<std::string> ways;
  add_what_is_forbidden(s, ways);
  add_what_changes_the_result(s, ways);
  std::string plan;
  for (const std::string& way : ways) plan += "\n         " + way;
  const uint64_t budget = tensor::memory_budget(s.device);
  const uint64_t held = 2 * weight_bytes(s) + weight_bytes(s) * static_cast<uint64_t>(s.optimizer->state_tensors_per_parameter());
  return Error(ErrorCode::kOutOfMemory,
               "step " + std::to_string(s.progress.step + 1) + " does not fit into memory (" + phase_name(phase) +
                   "), and nothing is left that may be given up",
               message + "; in force: " + plan::describe(s.footing) + "; weights, gradients and optimiser alone take " +
                   format_bytes(held) + (budget > 0 ? " of " + format_bytes(budget) : ""),
               s.recipe.memory.recovery
                   ? "the plan that would fit, the first line that suits you (--set KEY=VALUE, with --allow-changes to go on "
                     "from the checkpoint):" + plan
                   : "memory.recovery=true recovers by itself; otherwise:" + plan);
}

}  // namespace surefoot::train
