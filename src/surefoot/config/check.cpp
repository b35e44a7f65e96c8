#include <algorithm>

#include "surefoot/base/error.h"
#include "surefoot/base/units.h"
#include "surefoot/config/memory_budget.h"
#include "surefoot/config/recipe.h"

namespace surefoot::config {
namespace {

void require(bool holds, const std::string& what, const std::string& why, const std::string& fix) {
  if (!holds) throw Error(ErrorCode::kRecipeConflict, what, why, fix);
}

void check_batch(const Recipe& r) {
  const int64_t batch = r.train.batch, micro = r.train.micro_batch;
  require(r.train.batch_norm_group != 1, "train.batch_norm.group cannot be 1", "a group of one picture has no variance",
          "use 2 or more, or 0 for the whole batch");
  const int64_t group = r.train.batch_norm_group == 0 ? batch : std::min(r.train.batch_norm_group, batch);
  require(micro == 0 || micro >= group,
          "train.micro_batch " + std::to_string(micro) + " is smaller than a batch-norm group",
          "a micro-batch is a whole number of groups of " + std::to_string(group) + " pictures",
          "raise train.micro_batch, or lower train.batch_norm.group");
}

void check_pictures(const Recipe& r) {
  require(r.augment.scale_min <= r.augment.scale_max, "augment.scale_min is above augment.scale_max",
          format_number(r.augment.scale_min) + " > " + format_number(r.augment.scale_max), "swap them");
  require(r.data.mean.size() == 3 && r.data.std.size() == 3, "data.mean and data.std need three values",
          std::to_string(r.data.mean.size()) + " and " + std::to_string(r.data.std.size()) + " were given",
          "give one for red, green and blue: [0.485, 0.456, 0.406]");
  for (const double value : r.data.std) {
    require(value > 0, "data.std must be positive", format_number(value) + " was given",
            "use the standard deviation of each channel");
  }
  require(r.data.eval_resize == 0 || r.data.eval_resize >= r.data.image_size,
          "data.eval_resize is smaller than data.image_size",
          std::to_string(r.data.eval_resize) + " < " + std::to_string(r.data.image_size),
          "leave it at 0, or make it at least data.image_size");
  require(r.augment.pad < r.data.image_size, "augment.pad is not smaller than data.image_size",
          "a reflected border cannot be wider than the picture", "lower augment.pad");
}

void check_recompute(const std::string& recompute) {
  const bool word = recompute == "auto" || recompute == "none" || recompute == "cheap" || recompute == "block";
  require(word || (!recompute.empty() && recompute.find_first_not_of("012") == std::string::npos),
          "memory.recompute cannot be `" + recompute + "`", "it is no word it knows and no row of digits from 0 to 2",
          "auto, none, cheap, block, or a digit for each block (surefoot plan)");
}

}  // namespace

void check(const Recipe& r) {
  check_batch(r);
  check_pictures(r);
  check_recompute(r.memory.recompute);
  budget_bytes(r.memory.budget, UINT64_MAX);  // throws where the text is wrong
  require(r.train.time.empty() || parse_duration(r.train.time).value_or(0) > 0,
          "train.time `" + r.train.time + "` is no duration", "it is not like 2h, 90m or 1h30m",
          "for example --time 2h");
  require(r.model.freeze == "none" || !r.model.weights.empty(), "model.freeze=backbone has nothing to freeze",
          "there are no model.weights to start from", "add --weights FILE, or leave model.freeze at none");
}

}  // namespace surefoot::config
