#include <gtest/gtest.h>

#include <set>

#include "config/refusal.h"
#include "surefoot/config/recipe.h"

namespace surefoot::config {
namespace {

TEST(Fields, EveryFieldHasAUniqueKeyAHelpTextAndADefaultInItsRange) {
  std::set<std::string> keys;
  for (const Field& field : fields()) {
    EXPECT_TRUE(keys.insert(field.key).second) << field.key;
    EXPECT_FALSE(field.help.empty()) << field.key;
    Recipe recipe;
    EXPECT_NO_THROW(set(recipe, field.key, to_text(field.fallback))) << field.key;
    EXPECT_EQ(get(recipe, field.key), field.fallback) << field.key;
  }
}

TEST(Fields, KeysAreNeverRenamedSilently) {
  // Recipes of old runs must stay readable: a key may be added, none may go.
  std::string keys;
  for (const Field& field : fields()) keys += field.key + " ";
  EXPECT_EQ(
      keys,
      "seed model.name model.stem model.weights model.freeze model.drop_path model.dropout data.path data.image_size "
      "data.val_fraction data.sampler_file data.exif_orientation data.dct_scaling data.interpolation data.eval_resize "
      "data.mean data.std data.workers data.prefetch data.max_bad_fraction data.max_pixels data.read_retries "
      "augment.crop augment.scale_min augment.scale_max augment.ratio_max augment.pad augment.flip train.epochs "
      "train.max_steps train.batch train.micro_batch train.batch_norm.group train.precision train.label_smoothing "
      "train.clip_norm train.ema train.patience train.time train.device train.threads train.trajectory "
      "train.channels_last train.eval_batch optim.name optim.lr optim.momentum optim.nesterov optim.beta1 optim.beta2 "
      "optim.eps optim.weight_decay optim.decay_norm_and_bias schedule.name schedule.warmup_epochs "
      "schedule.warmup_steps schedule.warmup_start schedule.final memory.budget memory.plan_ahead memory.recovery memory.recompute "
      "memory.offload memory.micro_batch_floor memory.grow_after memory.remember guards.semantic guards.divergence "
      "guards.snapshot_every guards.snapshots guards.not_learning guards.thermal guards.temperature_soft "
      "guards.temperature_hard guards.leak guards.restart_every guards.stall_seconds guards.disk guards.slowdown "
      "guards.restarts checkpoint.every_steps checkpoint.keep checkpoint.keep_every log.every_steps log.tensorboard ");
}

TEST(Set, ChangesTheMemberAndMarksTheKeyAsTyped) {
  Recipe recipe;
  set_assignment(recipe, "optim.lr=0.25");
  set_assignment(recipe, "train.batch_norm.group=16");
  set_assignment(recipe, "seed=1e6");
  set_assignment(recipe, "data.mean=0.1, 0.2,0.3");
  set_assignment(recipe, "data.path=a=b");
  set_assignment(recipe, "log.tensorboard=no");
  EXPECT_EQ(recipe.optim.lr, 0.25);
  EXPECT_EQ(recipe.train.batch_norm_group, 16);
  EXPECT_EQ(recipe.run.seed, 1000000);
  EXPECT_EQ(recipe.data.mean, (Doubles{0.1, 0.2, 0.3}));
  EXPECT_EQ(recipe.data.path, "a=b");
  EXPECT_FALSE(recipe.log.tensorboard);
  EXPECT_EQ(recipe.typed, (std::set<std::string>{"optim.lr", "train.batch_norm.group", "seed", "data.mean", "data.path",
                                                 "log.tensorboard"}));
}

struct WrongAssignment {
  const char* assignment;
  ErrorCode code;
  const char* says;
};

class WrongAssignments : public ::testing::TestWithParam<WrongAssignment> {};

TEST_P(WrongAssignments, AreRefusedWithTheReasonAndChangeNothing) {
  Recipe recipe;
  const auto refusal = refusal_of([&] { set_assignment(recipe, GetParam().assignment); });
  ASSERT_TRUE(refusal) << GetParam().assignment;
  EXPECT_EQ(refusal->code, GetParam().code) << refusal->text;
  EXPECT_TRUE(refusal->says(GetParam().says)) << refusal->text;
  EXPECT_TRUE(diff(Recipe(), recipe).empty());
  EXPECT_TRUE(recipe.typed.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Set,
    WrongAssignments,
    ::testing::Values(
        WrongAssignment{"optim.lr", ErrorCode::kUsage, "key=value"},
        WrongAssignment{"=3", ErrorCode::kUsage, "key=value"},
        WrongAssignment{"optim.rl=1", ErrorCode::kRecipeUnknownKey, "did you mean `optim.lr`?"},
        WrongAssignment{"lr=1", ErrorCode::kRecipeUnknownKey, "did you mean `optim.lr`?"},
        WrongAssignment{"batch_norm.group=16", ErrorCode::kRecipeUnknownKey, "did you mean `train.batch_norm.group`?"},
        WrongAssignment{"optimizer.momentum=1", ErrorCode::kRecipeUnknownKey, "did you mean `optim.momentum`?"},
        WrongAssignment{"train=1", ErrorCode::kRecipeUnknownKey, "it is a section; its values are train.epochs"},
        WrongAssignment{"run.seed=1", ErrorCode::kRecipeUnknownKey, "`seed: 0`"},
        WrongAssignment{"zzzzzz=1", ErrorCode::kRecipeUnknownKey, "no key has a name like it"},
        WrongAssignment{"optim.lr=0", ErrorCode::kRecipeBadValue, "a number in (0,inf)"},
        WrongAssignment{"optim.lr=fast", ErrorCode::kRecipeBadValue, "`fast` is no value for `optim.lr` (--set)"},
        WrongAssignment{"optim.lr=nan", ErrorCode::kRecipeBadValue, "optim.lr"},
        WrongAssignment{"optim.lr=inf", ErrorCode::kRecipeBadValue, "optim.lr"},
        WrongAssignment{"optim.lr=1e999", ErrorCode::kRecipeBadValue, "optim.lr"},
        WrongAssignment{"optim.lr=", ErrorCode::kRecipeBadValue, "optim.lr"},
        WrongAssignment{"optim.lr=0.1 0.2", ErrorCode::kRecipeBadValue, "optim.lr"},
        WrongAssignment{"optim.momentum=1", ErrorCode::kRecipeBadValue, "[0,1)"},
        WrongAssignment{"data.val_fraction=0", ErrorCode::kRecipeBadValue, "(0,0.9]"},
        WrongAssignment{"seed=-1", ErrorCode::kRecipeBadValue, "[0,inf)"},
        WrongAssignment{"seed=1.5", ErrorCode::kRecipeBadValue, "a whole number"},
        WrongAssignment{"seed=99999999999999999999", ErrorCode::kRecipeBadValue, "a whole number"},
        WrongAssignment{"data.image_size=7", ErrorCode::kRecipeBadValue, "(px)"},
        WrongAssignment{"optim.nesterov=maybe", ErrorCode::kRecipeBadValue, "true or false"},
        WrongAssignment{"train.precision=int8", ErrorCode::kRecipeBadValue, "auto|fp64|fp32|bf16|fp16"},
        WrongAssignment{"train.precision=fp32|bf16", ErrorCode::kRecipeBadValue, "one of"},
        WrongAssignment{"train.precision=", ErrorCode::kRecipeBadValue, "one of"},
        WrongAssignment{"data.mean=1,x,3", ErrorCode::kRecipeBadValue, "a list of numbers"}));

TEST(Set, BoundsOfTheRangeAreInOrOutAsWritten) {
  Recipe recipe;
  EXPECT_NO_THROW(set(recipe, "data.val_fraction", "0.9"));
  EXPECT_NO_THROW(set(recipe, "model.dropout", "0"));
  EXPECT_NO_THROW(set(recipe, "schedule.final", "1"));
  EXPECT_NO_THROW(set(recipe, "train.batch", "2"));
  EXPECT_THROW(set(recipe, "train.batch", "1"), Error);
  EXPECT_THROW(set(recipe, "train.batch", "1048577"), Error);
}

TEST(Set, NamesWhereTheValueCameFrom) {
  Recipe recipe;
  const auto refusal = refusal_of([&] { set(recipe, "train.epochs", "0", "--epochs"); });
  ASSERT_TRUE(refusal);
  EXPECT_TRUE(refusal->says("(--epochs)")) << refusal->text;
}

TEST(Diff, NamesEachChangedFieldWithBothValues) {
  Recipe before, after;
  after.optim.lr = 0.1;
  after.data.mean = {0, 0.5, 1};
  after.data.path = "flowers";
  const auto differences = diff(before, after);
  ASSERT_EQ(differences.size(), 3u);
  EXPECT_EQ(differences[0].key + " " + differences[0].before + " " + differences[0].after, "data.path  flowers");
  EXPECT_EQ(differences[1].key + " " + differences[1].before + " " + differences[1].after,
            "data.mean [0.485, 0.456, 0.406] [0, 0.5, 1]");
  EXPECT_EQ(differences[2].key + " " + differences[2].before + " " + differences[2].after, "optim.lr 0.05 0.1");
  EXPECT_TRUE(diff(after, after).empty());
}

TEST(Diff, SetWithItsTextsMakesTheRecipesEqual) {
  Recipe before, after;
  after.optim.lr = 0.1 + 0.2;
  after.data.mean = {1.0 / 3, 0.5, 1};
  after.data.path = " 'odd' # [name]\n\xff";
  after.optim.nesterov = false;
  for (const Difference& d : diff(before, after)) set(before, d.key, d.after);
  EXPECT_TRUE(diff(before, after).empty());
}

}  // namespace
}  // namespace surefoot::config
