#include "surefoot/plan/remedies.h"

#include <algorithm>

#include "surefoot/nn/model.h"

namespace surefoot::plan {
namespace {

int64_t group_of(const config::Recipe& recipe) {
  const int64_t group = recipe.train.batch_norm_group;
  return group > 0 ? std::min(group, recipe.train.batch) : recipe.train.batch;
}

/// The least change of what is learnt first; the values of one key from mild to strong.
std::vector<Change> changes_that_save(const config::Recipe& recipe, bool groups_matter) {
  std::vector<Change> changes;
  const auto add = [&](const char* key, const std::string& value, const char* effect) {
    changes.push_back({key, value, effect});
  };
  if (recipe.memory.recompute != "auto") add("memory.recompute", "auto", "same result, slower");
  const int64_t smallest = groups_matter ? group_of(recipe) : recipe.memory.micro_batch_floor;
  if (recipe.train.trajectory == "exact" &&
      std::min(recipe.train.micro_batch, recipe.train.batch) > std::max<int64_t>(1, smallest))
    add("train.trajectory", "auto", "smaller micro-batches: equal to rounding");
  if (!groups_matter && recipe.memory.micro_batch_floor > 1) add("memory.micro_batch_floor", "1", "equal to rounding");
  if (recipe.train.ema > 0) add("train.ema", "0", "no average");
  if (recipe.train.precision == "fp32") add("train.precision", "bf16", "half the bits in activations");
  if (groups_matter)
    for (int64_t group = group_of(recipe) / 2; group >= 2; group /= 2)
      add("train.batch_norm.group", std::to_string(group), "smaller groups");
  const int64_t multiple = nn::find_model(recipe.model.name).image_multiple;
  int64_t before = recipe.data.image_size;
  for (const int64_t tenths : {7, 5}) {
    const int64_t side = recipe.data.image_size * tenths / 10 / multiple * multiple;
    if (side > 0 && side < before) add("data.image_size", std::to_string(side), "smaller pictures");
    before = side;
  }
  if (recipe.optim.name != "sgd") add("optim.name", "sgd", "less state");
  if (recipe.optim.name == "sgd" && recipe.optim.momentum > 0) add("optim.momentum", "0", "no state");
  if (recipe.model.freeze == "none" && !recipe.model.weights.empty())
    add("model.freeze", "backbone", "only the head learns");
  return changes;
}

config::Recipe changed(config::Recipe recipe, const Change& change) {
  config::set(recipe, change.key, change.value);
  return recipe;
}

}  // namespace

std::vector<Remedy> remedies(const config::Recipe& recipe,
                             bool groups_matter,
                             int64_t budget_bytes,
                             const LeastNeed& need) {
  const auto measured = [&](std::vector<Change> changes, const config::Recipe& with) {
    const int64_t needed = need(with);
    return Remedy{.changes = std::move(changes), .needed_bytes = needed, .fits = needed > 0 && needed <= budget_bytes};
  };
  const std::vector<Change> changes = changes_that_save(recipe, groups_matter);
  std::vector<Remedy> found;
  for (const Change& change : changes) {
    const bool milder_fits = !found.empty() && found.back().fits && found.back().changes[0].key == change.key;
    if (!milder_fits) found.push_back(measured({change}, changed(recipe, change)));
  }
  if (std::ranges::any_of(found, &Remedy::fits)) return found;
  Remedy heap;
  config::Recipe heaped = recipe;
  for (const Change& change : changes) {
    heaped = changed(std::move(heaped), change);
    if (!heap.changes.empty() && heap.changes.back().key == change.key) heap.changes.pop_back();
    heap.changes.push_back(change);
    heap = measured(std::move(heap.changes), heaped);
    if (!heap.fits) continue;
    found.push_back(std::move(heap));
    break;
  }
  return found;
}

std::string flags(const Remedy& remedy) {
  std::string text;
  for (const Change& change : remedy.changes)
    text += (text.empty() ? "--set " : " --set ") + change.key + "=" + change.value;
  return text;
}

Footing least_footing(const config::Recipe& recipe, Footing from, bool groups_matter, size_t blocks) {
  const int64_t smallest = micro_batches_to_try(recipe, groups_matter).back();
  from.micro_batch = from.micro_batch > 0 ? std::min(from.micro_batch, smallest) : smallest;
  from.recompute = recompute_levels(recipe.memory.recompute == "auto" ? "block" : recipe.memory.recompute, blocks);
  if (recipe.model.freeze == "backbone") from.recompute.clear();  // keeps nothing for a backward
  return from;
}

std::vector<int64_t> micro_batches_to_try(const config::Recipe& recipe, bool groups_matter) {
  const int64_t most = std::min(recipe.train.micro_batch, recipe.train.batch);
  if (recipe.train.trajectory == "exact") return {most};
  const int64_t group = group_of(recipe);
  const int64_t least = groups_matter ? group : std::min(most, recipe.memory.micro_batch_floor);
  std::vector<int64_t> sizes;
  for (int64_t size = most; size >= least; size /= 2) {
    const int64_t whole = groups_matter ? size / group * group : size;
    if (whole >= least && (sizes.empty() || whole < sizes.back())) sizes.push_back(whole);
  }
  if (sizes.empty() || sizes.back() > least) sizes.push_back(least);
  return sizes;
}

}  // namespace surefoot::plan
