#include "surefoot/train/govern_memory.h"

#include <algorithm>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/units.h"
#include "surefoot/config/memory_budget.h"
#include "surefoot/nn/model.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/memory_budget.h"
#include "surefoot/train/learnt_footing.h"
#include "surefoot/train/memory_events.h"
#include "surefoot/train/memory_ladder.h"

namespace surefoot::train {
namespace {

std::string in_words(uint64_t bytes) { return std::to_string(bytes) + " (" + format_bytes(bytes) + ")"; }

void say_learnt(const plan::Footing& start, const plan::Footing& learnt, const Resolved& on_resolved) {
  const std::string why = "learnt by an earlier run of this recipe on this device (memory.remember)";
  if (learnt.micro_batch != start.micro_batch)
    on_resolved("train.micro_batch", std::to_string(learnt.micro_batch), why);
  if (learnt.recompute != start.recompute || learnt.offload != start.offload)
    on_resolved("memory", plan::describe(learnt), why);
  if (learnt.prefetch != start.prefetch) on_resolved("data.prefetch", std::to_string(learnt.prefetch), why);
  if (learnt.eval_batch != start.eval_batch) on_resolved("evaluation in parts of", std::to_string(learnt.eval_batch), why);
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
    bytes = tensor::device_memory(s.device).live_bytes + capacity.free_bytes;
    on_resolved("memory", in_words(bytes), "what is free now of " + format_bytes(capacity.total_bytes));
  }
  if (bytes > 0) tensor::set_memory_budget(s.device, bytes);
}

void find_footing(Session& s, bool fresh, const Progress* from_checkpoint, const Resolved& on_resolved) {
  const MemoryLadder ladder(s.recipe, s.model->block_names().size(), s.groups_matter);
  s.footing = s.ceiling = ladder.start();
  if (from_checkpoint != nullptr) {
    s.footing = from_checkpoint->memory.footing;
    s.footing.recompute.resize(s.model->block_names().size(), nn::Recompute::kNone);
    s.train_loader->set_prefetch(static_cast<int>(s.footing.prefetch));
    return;
  }
  auto learnt = learnt_footing(s, s.footing);
  if (!learnt) return;
  if (!fresh) learnt->micro_batch = s.footing.micro_batch;  // recovery repeats it from the log
  say_learnt(s.footing, *learnt, on_resolved);
  s.footing = *learnt;
  s.train_loader->set_prefetch(static_cast<int>(s.footing.prefetch));
}

void say_start_footing(Session& s, bool fresh) {
  if (!fresh || s.footing == s.ceiling) return;
  write_atomically(s.files, s.folder.recipe_file(),
                   config::to_yaml(s.recipe) + "# memory at the start, learnt by an earlier run: " +
                       plan::describe(s.footing) + "\n");
  if (s.footing.micro_batch == s.ceiling.micro_batch) return;
  say_memory_action(s, {.action = "micro_batch",
                        .kind = ChangeKind::kRounding,
                        .before = std::to_string(s.ceiling.micro_batch),
                        .after = std::to_string(s.footing.micro_batch),
                        .why = "learnt by an earlier run of this recipe on this device (memory.remember)"});
}

}  // namespace surefoot::train
