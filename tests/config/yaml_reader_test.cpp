#include <gtest/gtest.h>

#include "config/refusal.h"
#include "surefoot/config/recipe.h"

namespace surefoot::config {
namespace {

TEST(ApplyYaml, TakesNestedAndDottedKeysAndLeavesTheRest) {
  Recipe recipe;
  recipe.optim.momentum = 0.5;
  apply_yaml(recipe,
             "seed: 3\ntrain: {batch_norm: {group: 16}, batch: 48}\noptim.lr: 1e-3\n"
             "data:\n  mean: [0, 0.5, 1]\n  std:\n    - 1\n    - 2\n    - 3\n  path: \"a b\"\nlog: {tensorboard: off}\n"
             "schedule: {name: 'linear'}\nmodel: {weights: }\n",
             "r.yaml");
  EXPECT_EQ(recipe.run.seed, 3);
  EXPECT_EQ(recipe.train.batch_norm_group, 16);
  EXPECT_EQ(recipe.train.batch, 48);
  EXPECT_EQ(recipe.optim.lr, 1e-3);
  EXPECT_EQ(recipe.data.mean, (Doubles{0, 0.5, 1}));
  EXPECT_EQ(recipe.data.std, (Doubles{1, 2, 3}));
  EXPECT_EQ(recipe.data.path, "a b");
  EXPECT_FALSE(recipe.log.tensorboard);
  EXPECT_EQ(recipe.schedule.name, "linear");
  EXPECT_EQ(recipe.model.weights, "");
  EXPECT_EQ(recipe.optim.momentum, 0.5);
  EXPECT_EQ(recipe.typed.size(), 10u);
  EXPECT_TRUE(recipe.typed.contains("train.batch_norm.group"));
}

TEST(ApplyYaml, TakesAnEmptyTextForNoChange) {
  for (const char* text : {"", "\n\n", "# only a comment\n", "---\n", "~", "\xEF\xBB\xBF# byte order mark\n",
                           "train: {}\n", "train:\n  # batch: 3\n"}) {
    Recipe recipe;
    EXPECT_NO_THROW(apply_yaml(recipe, text, "r.yaml")) << text;
    EXPECT_TRUE(recipe.typed.empty()) << text;
  }
}

TEST(ApplyYaml, TakesWindowsLineEnds) {
  Recipe recipe;
  apply_yaml(recipe, "seed: 3\r\nmodel:\r\n  name: vit_tiny\r\n", "r.yaml");
  EXPECT_EQ(recipe.run.seed, 3);
  EXPECT_EQ(recipe.model.name, "vit_tiny");
}

TEST(ApplyYaml, ReadsEscapedBytesOfFileNames) {
  Recipe recipe;
  apply_yaml(recipe, R"(data: {path: 'a\xff\x0ab\\c'})", "r.yaml");
  EXPECT_EQ(recipe.data.path, "a\xff\nb\\c");
}

struct WrongText {
  const char* name;
  std::string text;
  ErrorCode code;
  const char* says;
  const char* line;
};

class WrongTexts : public ::testing::TestWithParam<WrongText> {};

TEST_P(WrongTexts, AreRefusedWithTheLineAndChangeNothing) {
  Recipe recipe;
  const auto refusal = refusal_of([&] { apply_yaml(recipe, GetParam().text, "r.yaml"); });
  ASSERT_TRUE(refusal) << GetParam().text;
  EXPECT_EQ(refusal->code, GetParam().code) << refusal->text;
  EXPECT_TRUE(refusal->says(GetParam().says)) << refusal->text;
  EXPECT_TRUE(refusal->says(GetParam().line)) << refusal->text;
  EXPECT_TRUE(diff(Recipe(), recipe).empty());
  EXPECT_TRUE(recipe.typed.empty());
}

constexpr ErrorCode kSyntax = ErrorCode::kRecipeSyntax, kKey = ErrorCode::kRecipeUnknownKey,
                    kValue = ErrorCode::kRecipeBadValue;

INSTANTIATE_TEST_SUITE_P(
    ApplyYaml,
    WrongTexts,
    ::testing::Values(
        WrongText{"UnknownKey", "seed: 1\noptim:\n  lrr: 0.1\n", kKey, "did you mean `optim.lr`?", "r.yaml line 3"},
        WrongText{"UnknownSection", "seed: 1\ntrian:\n  batch: 3\n", kKey, "did you mean `train`?", "r.yaml line 2"},
        WrongText{"EmptyUnknownSection", "trian: {}\n", kKey, "did you mean `train`?", "r.yaml line 1"},
        WrongText{"ScalarForSection", "train: 5\n", kKey, "it is a section", "r.yaml line 1"},
        WrongText{"ListForSection", "train: [5]\n", kKey, "it is a section", "r.yaml line 1"},
        WrongText{"RunSection", "run: {seed: 3}\n", kKey, "`seed: 0`", "r.yaml line 1"},
        WrongText{"MergeKey", "<<: {seed: 3}\n", kKey, "<<", "r.yaml line 1"},
        WrongText{"BadValue", "seed: 1\n\noptim:\n  lr: -1\n", kValue, "a number in (0,inf)", "r.yaml line 4"},
        WrongText{"EmptyValue", "seed:\n", kValue, "a whole number", "r.yaml line 1"},
        WrongText{"ListForText", "data: {path: [a, b]}\n", kValue, "a list is no value", "r.yaml line 1"},
        WrongText{"ListForNumber", "optim.lr: [1]\n", kValue, "a list is no value", "r.yaml line 1"},
        WrongText{"MapForNumber", "optim: {lr: {a: 1}}\n", kValue, "a map is no value", "r.yaml line 1"},
        WrongText{"NestedList", "data: {mean: [1, [2], 3]}\n", kSyntax, "single values", "line 1"},
        WrongText{"MapInList", "data: {mean: [{a: 1}]}\n", kSyntax, "single values", "line 1"},
        WrongText{"DuplicateKey", "seed: 1\nmodel: {}\nseed: 2\n", kSyntax, "the first is on line 1", "line 3"},
        WrongText{"DuplicateSection", "train: {batch: 4}\ntrain: {epochs: 4}\n", kSyntax, "`train` stands there twice",
                  "line 2"},
        WrongText{"DottedDuplicate", "train: {batch: 4}\ntrain.batch: 8\n", kSyntax, "`train.batch` stands there twice",
                  "line 2"},
        WrongText{"Anchor", "seed: &a 1\n", kSyntax, "anchors", "line 1"},
        WrongText{"MapAnchor", "train: &a {}\n", kSyntax, "anchors", "line 1"},
        WrongText{"Alias", "seed: 1\nmodel: {name: *a}\n", kSyntax, "", "line 2"},
        WrongText{"NotAMap", "- seed\n", kSyntax, "a list", "line 1"},
        WrongText{"SingleWord", "seed\n", kSyntax, "single word", "line 1"},
        WrongText{"ComplexKey", "? [a]\n: 3\n", kSyntax, "a key is not a word", "line 1"},
        WrongText{"MapKey", "{a: 1}: 3\n", kSyntax, "", "line 1"},
        WrongText{"NullKey", "~: 3\n", kSyntax, "a key is empty", "line 1"},
        WrongText{"EmptyKey", "\"\": 3\n", kSyntax, "a key is empty", "line 1"},
        WrongText{"OpenQuote", "seed: 1\nmodel: {name: \"a\n", kSyntax, "", "line"},
        WrongText{"OpenList", "data: {mean: [1, 2", kSyntax, "", "line"},
        WrongText{"Tabs", "train:\n\tbatch: 3\n", kSyntax, "a tab", "line 2"},
        WrongText{"TwoDocuments", "seed: 1\n---\nseed: 2\n", kSyntax, "more than one document", "line"},
        WrongText{"Latin1", "seed: 1\ndata: {path: caf\xe9}\n", kSyntax, "not UTF-8", "line 2"},
        WrongText{"Nul", std::string("seed: 1\0", 8), kSyntax, "control characters", "line 1"},
        WrongText{"Utf16",
                  std::string("\xff\xfe"
                              "s\0e\0",
                              6),
                  kSyntax, "not UTF-8", "line 1"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST(ApplyYaml, AHostileTextCostsNoMoreThanItsLength) {
  Recipe recipe;
  std::string maps, lists, aliases = "a: &a {}\n";
  for (int i = 0; i < 50000; ++i) maps += "{a: ", lists += "[";
  for (int i = 0; i < 50000; ++i) aliases += "k" + std::to_string(i) + ": *a\n";
  for (const std::string& text : {maps, lists, aliases, "data: {mean: " + lists, std::string((1 << 20) + 1, '\n')}) {
    const auto refusal = refusal_of([&] { apply_yaml(recipe, text, "r.yaml"); });
    ASSERT_TRUE(refusal);
    EXPECT_LT(refusal->text.size(), 400u);
  }
}

TEST(ApplyYaml, ALongListIsRead) {
  Recipe recipe;
  std::string text = "data: {mean: [0";
  for (int i = 1; i < 10000; ++i) text += ", " + std::to_string(i);
  apply_yaml(recipe, text + "]}", "r.yaml");
  EXPECT_EQ(recipe.data.mean.size(), 10000u);
}

}  // namespace
}  // namespace surefoot::config
