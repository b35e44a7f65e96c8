#include "surefoot/train/memory/govern_memory.h"

#include <algorithm>
#include <optional>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/error.h"
#include "surefoot/base/units.h"
#include "surefoot/config/memory_budget.h"
#include "surefoot/nn/model.h"
#include "surefoot/nn/weights.h"
#include "surefoot/plan/host_memory.h"
#include "surefoot/runs/event_log.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/memory_budget.h"
#include "surefoot/train/memory/data_facts.h"
#include "surefoot/train/memory/learnt_footing.h"
#include "surefoot/train/memory/memory_events.h"
#include "surefoot/train/memory/memory_ladder.h"
#include "surefoot/train/memory/plan_run.h"

namespace surefoot::train {
namespace {

std::string in_words(uint64_t bytes) { return std::to_string(bytes) + " (" + format_bytes(bytes) + ")"; }

/// What tensors could have, those included that are there.
uint64_t all_that_is_free(at::Device device) {
  return tensor::device_memory(device).live_bytes + tensor::memory_capacity(device).free_bytes;
}

/// Bytes of a checkpoint: weights, averages, what the optimiser keeps.
int64_t state_bytes(const Session& s) {
  int64_t weights = 0, trainable = 0;
  for (const auto& [name, tensor] : nn::state_dict(*s.model)) weights += static_cast<int64_t>(tensor.nbytes());
  for (const at::Tensor& parameter : s.trainable) trainable += static_cast<int64_t>(parameter.nbytes());
  return weights * (s.ema ? 2 : 1) + trainable * s.optimizer->state_tensors_per_parameter();
}

/// How often the kernel has ended this run because memory ran out.
int kills_for_memory(const Session& s) {
  if (!s.log->counts().contains("crashed")) return 0;  // spares reading the log again
  int kills = 0;
  runs::read_events(s.files, s.folder.events_file(), [&](const runs::Event& event) {
    if (event.event == "crashed" && event.text("kind") == "out_of_memory_kill") ++kills;
  });
  return kills;
}

void say_found(const plan::Footing& start,
               const plan::Footing& found,
               const std::string& why,
               const Resolved& on_resolved) {
  if (found.micro_batch != start.micro_batch) on_resolved("train.micro_batch", std::to_string(found.micro_batch), why);
  if (found.recompute != start.recompute || found.offload != start.offload)
    on_resolved("memory", plan::describe(found), why);
  if (found.prefetch != start.prefetch) on_resolved("data.prefetch", std::to_string(found.prefetch), why);
  if (found.eval_batch != start.eval_batch)
    on_resolved("evaluation in parts of", std::to_string(found.eval_batch), why);
}

/// What the planner chooses where the recipe as it is does not fit; empty where it does, and where nothing does
/// (recovery has further rungs). Keeps what the dry run of the footing said.
std::optional<plan::Footing> planned_footing(Session& s) {
  if (!s.recipe.memory.plan_ahead || !s.recipe.memory.recovery) return {};
  uint64_t budget = tensor::memory_budget(s.device);
  if (budget == 0) budget = all_that_is_free(s.device);
  try {
    const plan::Fit fit = fit_within(s.recipe, static_cast<int64_t>(s.manifest->classes().size()), s.groups_matter,
                                     s.device, static_cast<int64_t>(budget));
    const plan::Option& start = fit.chosen ? *fit.chosen : fit.asked;
    s.memory_peaks.predicted = static_cast<uint64_t>(start.peak_bytes);
    s.memory_peaks.predicted_evaluation = static_cast<uint64_t>(start.evaluation_peak_bytes);
    return fit.chosen ? std::optional(start.footing) : std::nullopt;
  } catch (const Error&) {  // predict_memory tells why there is no dry run
    return {};
  }
}

}  // namespace

void govern_memory(Session& s, const Resolved& on_resolved) {
  const tensor::MemoryCapacity capacity = tensor::memory_capacity(s.device);
  const std::string asked = s.recipe.memory.budget;
  uint64_t bytes = config::budget_bytes(asked, capacity.total_bytes);
  if (bytes > 0) {
    s.recipe.memory.budget = std::to_string(bytes);
    if (s.recipe.memory.budget != asked)
      on_resolved("memory.budget", in_words(bytes), asked + " of a device with " + format_bytes(capacity.total_bytes));
  } else if (s.device.is_cpu()) {
    bytes = all_that_is_free(s.device);
  }
  if (bytes > 0) tensor::set_memory_budget(s.device, bytes);
}

void leave_room(Session& s, const Resolved& on_resolved) {
  if (!s.device.is_cpu() || !s.recipe.memory.budget.empty()) return;
  const plan::DataFacts data =
      data_facts(s.files, *s.manifest, s.folder.cache_folder(), static_cast<uint64_t>(s.recipe.data.max_pixels));
  const plan::Footing asked{.prefetch = s.recipe.data.prefetch, .eval_batch = s.recipe.train.eval_batch};
  const plan::HostMemory beside =
      plan::host_memory(s.recipe, asked, data, state_bytes(s), /*offloaded_bytes=*/0, /*process_base=*/0);
  const auto free = static_cast<int64_t>(all_that_is_free(s.device));
  auto bytes = static_cast<uint64_t>(plan::left_for_tensors(free, beside));
  std::string why = "free now of " + format_bytes(tensor::memory_capacity(s.device).total_bytes) +
                    ", less what stands beside the tensors";
  if (const int kills = kills_for_memory(s); kills > 0) {
    for (int i = 0; i < kills; ++i) bytes -= bytes / 5;
    why += ", and less because the kernel has killed this run for its memory";
  }
  on_resolved("memory", in_words(bytes), why);
  tensor::set_memory_budget(s.device, bytes);
}

std::string find_footing(Session& s, bool fresh, const Progress* from_checkpoint, const Resolved& on_resolved) {
  const MemoryLadder ladder(s.recipe, s.model->block_names().size(), s.groups_matter);
  s.footing = s.ceiling = ladder.start();
  if (from_checkpoint != nullptr) {
    s.footing = from_checkpoint->memory.footing;
    s.footing.recompute.resize(s.model->block_names().size(), nn::Recompute::kNone);
    s.train_loader->set_prefetch(static_cast<int>(s.footing.prefetch));
    return "";
  }
  std::string why = "learnt by an earlier run of this recipe on this device (memory.remember)";
  auto found = learnt_footing(s, s.footing);
  if (!found) {
    why = "the fastest that fits, says a dry run; the recipe as it is does not (memory.plan_ahead)";
    found = planned_footing(s);
  }
  if (!found) return "";
  found->recompute.resize(s.model->block_names().size(), nn::Recompute::kNone);
  if (!fresh && found->micro_batch != s.footing.micro_batch) {  // recovery repeats it from the log
    found->micro_batch = s.footing.micro_batch;
    s.memory_peaks.predicted = 0;
  }
  say_found(s.footing, *found, why, on_resolved);
  s.footing = *found;
  s.train_loader->set_prefetch(static_cast<int>(s.footing.prefetch));
  return why;
}

void say_start_footing(Session& s, const std::string& why) {
  write_atomically(
      s.files, s.folder.recipe_file(),
      config::to_yaml(s.recipe) + "# memory at the start: " + plan::describe(s.footing) + "; " + why + "\n");
  if (s.footing.micro_batch == s.ceiling.micro_batch) return;
  say_memory_action(s, {.action = "micro_batch",
                        .kind = ChangeKind::kRounding,
                        .before = std::to_string(s.ceiling.micro_batch),
                        .after = std::to_string(s.footing.micro_batch),
                        .why = why});
}

}  // namespace surefoot::train
