#include "surefoot/train/memory/cannot_fit.h"

#include "surefoot/base/units.h"
#include "surefoot/plan/remedies.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/memory_budget.h"
#include "surefoot/train/memory/plan_run.h"

namespace surefoot::train {
namespace {

/// Bytes at the peak of a steady step of this recipe when recovery has given up all that it may; 0: not known.
int64_t least_need(const Session& s, const config::Recipe& recipe) {
  const plan::Footing least = plan::least_footing(recipe, s.footing, s.groups_matter, s.model->block_names().size());
  try {
    return predict_peaks(recipe, static_cast<int64_t>(s.manifest->classes().size()), least).training;
  } catch (const Error&) {  // what cannot be predicted is not offered
    return 0;
  }
}

std::string needs(const plan::Remedy& remedy) {
  return "needs " + format_bytes(static_cast<uint64_t>(remedy.needed_bytes));
}

/// What fits by itself; where nothing does, what fits together, or the memory that is needed.
std::string plan_that_fits(const Session& s, uint64_t budget) {
  const auto with_room_to_spare = static_cast<int64_t>(budget / 20 * 17);  // so that the first try goes through
  const auto need = [&](const config::Recipe& recipe) { return least_need(s, recipe); };
  std::string alone;
  for (const plan::Remedy& remedy : plan::remedies(s.recipe, s.groups_matter, with_room_to_spare, need)) {
    if (!remedy.fits) continue;
    if (remedy.changes.size() > 1) return plan::flags(remedy) + " (together; " + needs(remedy) + ")";
    alone += (alone.empty() ? "one of: " : ", or ") + plan::flags(remedy) + " (" + remedy.changes[0].effect + "; " +
             needs(remedy) + ")";
  }
  if (!alone.empty()) return alone;
  return "a smaller model: this one needs " + format_bytes(static_cast<uint64_t>(least_need(s, s.recipe))) +
         " as it is, and no recipe value brings it down to " + format_bytes(budget);
}

}  // namespace

Error cannot_fit(const Session& s, Phase phase, const std::string& message) {
  const uint64_t set = tensor::memory_budget(s.device),
                 budget = set > 0 ? set : tensor::memory_capacity(s.device).total_bytes;
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
