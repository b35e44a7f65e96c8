#pragma once
// Where nothing fits: values of the recipe that bring its memory down.
#include <functional>
#include <string>
#include <vector>

#include "surefoot/config/recipe.h"
#include "surefoot/plan/footing.h"

namespace surefoot::plan {

/// A recipe key with another value, and what that does to the result: "same result, slower", "smaller groups".
struct Change {
  std::string key, value, effect;
};

/// One change, or several together.
struct Remedy {
  std::vector<Change> changes;
  int64_t needed_bytes = 0;  // with the least footing
  bool fits = false;
};

/// Bytes that a recipe takes with its least footing; 0 where nobody can tell.
using LeastNeed = std::function<int64_t(const config::Recipe&)>;

/// Each change alone, what changes least first; of a value that may be lowered again and again as many as it takes.
/// Where none of them fits, all of them heaped up until they do come last.
std::vector<Remedy> remedies(const config::Recipe& recipe,
                             bool groups_matter,
                             int64_t budget_bytes,
                             const LeastNeed& need);

/// As recipe flags: "--set train.ema=0 --set optim.name=sgd".
std::string flags(const Remedy& remedy);

/// The least that the recipe allows: its smallest micro-batch, all blocks computed again. What else `from` holds stays.
Footing least_footing(const config::Recipe& recipe, Footing from, bool groups_matter, size_t blocks);

/// Micro-batches worth trying, largest first: whole groups where groups matter.
std::vector<int64_t> micro_batches_to_try(const config::Recipe& recipe, bool groups_matter);

}  // namespace surefoot::plan
