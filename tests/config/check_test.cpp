#include <gtest/gtest.h>

#include "config/refusal.h"
#include "surefoot/config/recipe.h"

namespace surefoot::config {
namespace {

std::optional<Refusal> check_with(const std::vector<std::string>& assignments) {
  Recipe recipe;
  for (const std::string& assignment : assignments) set_assignment(recipe, assignment);
  return refusal_of([&] { check(recipe); });
}

TEST(Check, AcceptsTheDefaults) { EXPECT_FALSE(check_with({})); }

TEST(Check, AcceptsWhatOnlyLooksOdd) {
  for (const auto& assignments : std::vector<std::vector<std::string>>{
           {"train.batch_norm.group=0"},
           {"train.batch_norm.group=0", "train.micro_batch=64"},
           {"train.batch=16", "train.micro_batch=16"},  // one group of 16, although the group is 32
           {"train.micro_batch=48"},                    // an upper bound: one group of 32 fits
           {"train.micro_batch=1000"},
           {"train.precision=fp16", "train.device=cpu"},
           {"augment.scale_min=0.5", "augment.scale_max=0.5"},
           {"data.eval_resize=224"},
           {"optim.momentum=0"},
           {"schedule.warmup_epochs=1000"},
           {"train.time=1h30m"}}) {
    const auto refusal = check_with(assignments);
    EXPECT_FALSE(refusal) << assignments[0] << ": " << refusal->text;
  }
}

TEST(Check, RefusesValuesThatContradictEachOther) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"train.batch_norm.group=1"}, "has no variance"},
      {{"train.micro_batch=16"}, "groups of 32"},
      {{"train.micro_batch=16", "train.batch_norm.group=0"}, "groups of 64"},
      {{"train.batch=24", "train.micro_batch=16"}, "groups of 24"},
      {{"augment.scale_min=0.8", "augment.scale_max=0.5"}, "0.8 > 0.5"},
      {{"data.mean=0.5"}, "1 and 3 were given"},
      {{"data.std=[]"}, "3 and 0 were given"},
      {{"data.std=1,0,1"}, "must be positive"},
      {{"data.std=1,-1,1"}, "must be positive"},
      {{"data.eval_resize=100"}, "100 < 224"},
      {{"data.image_size=32", "augment.pad=32"}, "augment.pad"},
      {{"train.time=soon"}, "no duration"},
      {{"train.time=0"}, "no duration"},
      {{"model.freeze=backbone"}, "model.weights"},
  };
  for (const auto& [assignments, says] : wrong) {
    const auto refusal = check_with(assignments);
    ASSERT_TRUE(refusal) << assignments[0];
    EXPECT_EQ(refusal->code, ErrorCode::kRecipeConflict) << refusal->text;
    EXPECT_TRUE(refusal->says(says)) << refusal->text;
    EXPECT_TRUE(refusal->says("fix: ")) << refusal->text;
  }
}

}  // namespace
}  // namespace surefoot::config
