#include "surefoot/train/memory/memory_ladder.h"

#include <algorithm>

#include "surefoot/train/micro_batches.h"

namespace surefoot::train {
namespace {

using nn::Recompute;
using plan::Footing;

/// The lowest level becomes the next one, in every block that has it.
bool raise_lowest(std::vector<Recompute>& levels, Recompute from) {
  bool raised = false;
  for (size_t i = 0; i < levels.size(); ++i) {
    // The last block has to hold all of itself again when the backward begins: computing it whole gains nothing.
    if (levels[i] != from || (from == Recompute::kCheap && i + 1 == levels.size())) continue;
    levels[i] = static_cast<Recompute>(static_cast<int>(from) + 1);
    raised = true;
  }
  return raised;
}

std::string below_what_was_typed(const config::Recipe& recipe, const std::string& key) {
  return recipe.typed.contains(key) && config::to_text(config::get(recipe, key)) != "auto"
             ? "; this is below what was asked for (" + key + "=" + config::to_text(config::get(recipe, key)) + ")"
             : "";
}

}  // namespace

const char* change_name(ChangeKind kind) {
  constexpr const char* names[] = {"neutral", "rounding", "semantic"};
  return names[static_cast<size_t>(kind)];
}

Footing MemoryLadder::start() const {
  Footing footing{.micro_batch = recipe_.train.micro_batch,
                  .recompute = plan::recompute_levels(recipe_.memory.recompute, blocks_),
                  .offload = recipe_.memory.offload == "always",
                  .prefetch = recipe_.data.prefetch,
                  .eval_batch = recipe_.train.eval_batch};
  footing.recompute.resize(blocks_, Recompute::kNone);  // a level each, so that footings compare
  return footing;
}

std::optional<MemoryAction> MemoryLadder::down(Footing& footing, Shortage shortage, int64_t batch) const {
  if (shortage == Shortage::kBatches) return less_prefetch(footing);
  if (shortage == Shortage::kUpdate) return std::nullopt;
  if (shortage == Shortage::kMachine) {
    if (auto action = less_prefetch(footing)) return action;
  }
  if (auto action = recompute_more(footing)) return action;
  if (auto action = offload(footing)) return action;
  return smaller_micro_batch(footing, batch);
}

std::optional<MemoryAction> MemoryLadder::up(Footing& footing, const Footing& ceiling) const {
  if (auto action = larger_micro_batch(footing, ceiling.micro_batch)) return action;
  if (footing.offload && !ceiling.offload) {
    footing.offload = false;
    return MemoryAction{.action = "offload", .before = "yes", .after = "no", .why = {}};
  }
  if (auto action = recompute_less(footing, ceiling)) return action;
  if (footing.prefetch >= ceiling.prefetch) return std::nullopt;
  const int64_t before = footing.prefetch;
  footing.prefetch = std::min(2 * before, ceiling.prefetch);
  return MemoryAction{
      .action = "prefetch", .before = std::to_string(before), .after = std::to_string(footing.prefetch), .why = {}};
}

std::optional<MemoryAction> MemoryLadder::less_prefetch(Footing& footing) const {
  if (footing.prefetch <= 1) return std::nullopt;
  const int64_t before = footing.prefetch;
  footing.prefetch /= 2;
  return MemoryAction{.action = "prefetch",
                      .before = std::to_string(before),
                      .after = std::to_string(footing.prefetch),
                      .why = "fewer batches held ready" + below_what_was_typed(recipe_, "data.prefetch")};
}

std::optional<MemoryAction> MemoryLadder::recompute_more(Footing& footing) const {
  if (recipe_.memory.recompute == "none") return std::nullopt;
  const std::string before = plan::recompute_words(footing.recompute);
  footing.recompute.resize(blocks_, Recompute::kNone);
  if (!raise_lowest(footing.recompute, Recompute::kNone) && !raise_lowest(footing.recompute, Recompute::kCheap))
    return std::nullopt;
  return MemoryAction{
      .action = "recompute",
      .before = before,
      .after = plan::recompute_words(footing.recompute),
      .why = "the backward computes again what is no longer kept" + below_what_was_typed(recipe_, "memory.recompute")};
}

std::optional<MemoryAction> MemoryLadder::offload(Footing& footing) const {
  if (footing.offload || recipe_.memory.offload == "never") return std::nullopt;
  footing.offload = true;
  return MemoryAction{.action = "offload",
                      .before = "no",
                      .after = "yes",
                      .why = "what the backward needs waits outside the device's memory"};
}

int64_t MemoryLadder::largest_part(int64_t batch, int64_t micro_batch) const {
  int64_t largest = 0;
  for (const MicroBatch& part : cut_batch(batch, recipe_.train.batch_norm_group, micro_batch, groups_matter_))
    largest = std::max(largest, part.count);
  return largest;
}

std::optional<MemoryAction> MemoryLadder::smaller_micro_batch(Footing& footing, int64_t batch) const {
  if (recipe_.train.trajectory == "exact") return std::nullopt;
  const int64_t before = largest_part(batch, footing.micro_batch);
  const int64_t after = largest_part(batch, std::max(before / 2, recipe_.memory.micro_batch_floor));
  if (after >= before) return std::nullopt;
  footing.micro_batch = after;
  return MemoryAction{.action = "micro_batch",
                      .kind = ChangeKind::kRounding,
                      .before = std::to_string(before),
                      .after = std::to_string(after),
                      .why = "the batch of " + std::to_string(batch) +
                             " goes through in smaller parts: the same sum in another order" +
                             below_what_was_typed(recipe_, "train.micro_batch")};
}

std::optional<MemoryAction> MemoryLadder::larger_micro_batch(Footing& footing, int64_t ceiling) const {
  if (recipe_.train.trajectory == "exact" || footing.micro_batch >= ceiling) return std::nullopt;
  const int64_t before = footing.micro_batch;
  footing.micro_batch = std::min(2 * before, ceiling);
  return MemoryAction{.action = "micro_batch",
                      .kind = ChangeKind::kRounding,
                      .before = std::to_string(before),
                      .after = std::to_string(footing.micro_batch),
                      .why = {}};
}

std::optional<MemoryAction> MemoryLadder::recompute_less(Footing& footing, const Footing& ceiling) const {
  const std::string before = plan::recompute_words(footing.recompute);
  const auto wanted = [&](size_t i) { return i < ceiling.recompute.size() ? ceiling.recompute[i] : Recompute::kNone; };
  const auto highest = std::ranges::max_element(footing.recompute);
  if (highest == footing.recompute.end() || *highest == Recompute::kNone) return std::nullopt;
  const Recompute from = *highest;
  bool lowered = false;
  for (size_t i = 0; i < footing.recompute.size(); ++i) {
    if (footing.recompute[i] != from || wanted(i) >= from) continue;
    footing.recompute[i] = std::max(static_cast<Recompute>(static_cast<int>(from) - 1), wanted(i));
    lowered = true;
  }
  if (!lowered) return std::nullopt;
  return MemoryAction{
      .action = "recompute", .before = before, .after = plan::recompute_words(footing.recompute), .why = {}};
}

}  // namespace surefoot::train
