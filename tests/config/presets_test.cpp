#include <gtest/gtest.h>

#include <filesystem>

#include "config/refusal.h"
#include "surefoot/config/recipe.h"

namespace surefoot::config {
namespace {

TEST(Presets, AreValidRecipesWithASummary) {
  ASSERT_FALSE(presets().empty());
  for (const Preset& p : presets()) {
    Recipe recipe;
    EXPECT_NO_THROW(apply_yaml(recipe, p.yaml, p.name)) << p.name;
    EXPECT_NO_THROW(check(recipe)) << p.name;
    EXPECT_TRUE(p.yaml.starts_with("# " + p.summary + "\n")) << p.name;
    EXPECT_GT(p.summary.size(), 20u) << p.name;
    EXPECT_EQ(preset(p.name).yaml, p.yaml);
  }
}

TEST(Presets, EveryFileIsInTheCatalogue) {
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SUREFOOT_SOURCE_DIR "/src/surefoot/config/presets")) {
    files += entry.path().extension() == ".yaml";
  }
  EXPECT_EQ(files, presets().size());
}

TEST(Presets, NamesAreFrozen) {
  std::string names;
  for (const Preset& p : presets()) names += p.name + " ";
  EXPECT_EQ(names, "cifar10 small-photos finetune imagenet-resnet50 ");
}

TEST(Presets, AnUnknownNameIsRefusedWithTheNearest) {
  const auto refusal = refusal_of([] { preset("cifar-10"); });
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, ErrorCode::kUnknownName);
  EXPECT_TRUE(refusal->says("did you mean `cifar10`?")) << refusal->text;
}

}  // namespace
}  // namespace surefoot::config
