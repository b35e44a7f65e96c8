#include "surefoot/cli/recipe_arguments.h"

#include <gtest/gtest.h>

#include <fstream>

#include "surefoot/base/error.h"
#include "testing/temporary_folder.h"

namespace surefoot::cli {
namespace {

config::Recipe recipe_of(std::vector<std::string> words) {
  words.insert(words.begin(), "surefoot");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  return recipe_from(parse_arguments(static_cast<int>(argv.size()), argv.data()));
}

TEST(RecipeFrom, LaterSourcesWinOverEarlierOnes) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path("r.yaml"))
      << "train: {epochs: 20, batch: 128}\noptim: {momentum: 0.8}\ndata: {path: elsewhere}\n";
  const std::string file = folder.path("r.yaml");
  // cifar10 says epochs 10, batch 256, lr 0.3, momentum 0.9.
  const config::Recipe recipe = recipe_of(
      {"train", "photos", "--set", "train.batch=512", "--epochs", "3", "--recipe", file, "--preset", "cifar10"});
  EXPECT_EQ(recipe.train.batch, 512);     // --set over the file
  EXPECT_EQ(recipe.train.epochs, 3);      // flag over the file
  EXPECT_EQ(recipe.data.path, "photos");  // DIR over the file
  EXPECT_EQ(recipe.optim.momentum, 0.8);  // the file over the preset
  EXPECT_EQ(recipe.data.image_size, 32);  // the preset over the defaults
  EXPECT_EQ(recipe.checkpoint.keep, config::Recipe().checkpoint.keep);
  EXPECT_EQ(recipe.typed, (std::set<std::string>{"data.path", "optim.momentum", "train.batch", "train.epochs"}));
}

TEST(RecipeFrom, EveryRecipeFlagReachesItsField) {
  const config::Recipe train = recipe_of(
      {"train", "photos", "--model", "vit_tiny", "--weights", "w.safetensors", "--time", "2h", "--device", "cpu"});
  EXPECT_EQ(train.model.name, "vit_tiny");
  EXPECT_EQ(train.model.weights, "w.safetensors");
  EXPECT_EQ(train.train.time, "2h");
  EXPECT_EQ(train.train.device, "cpu");
  const config::Recipe bench = recipe_of(
      {"bench", "--data", "d", "--batch", "64", "--precision", "fp32", "--threads", "2", "--image-size", "64"});
  EXPECT_EQ(bench.data.path, "d");
  EXPECT_EQ(bench.train.batch, 64);
  EXPECT_EQ(bench.train.precision, "fp32");
  EXPECT_EQ(bench.train.threads, 2);
  EXPECT_EQ(bench.data.image_size, 64);
}

TEST(RecipeFrom, TrainTakesItsDataFromWhereverTheyAreNamed) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path("r.yaml")) << "data.path: from-file\n";
  EXPECT_EQ(recipe_of({"train", "--recipe", folder.path("r.yaml")}).data.path, "from-file");
  EXPECT_EQ(recipe_of({"train", "--set", "data.path=from-set"}).data.path, "from-set");
  EXPECT_EQ(recipe_of({"train", "--preset", "cifar10", "--set", "data.path=x"}).data.path, "x");
  EXPECT_THROW(recipe_of({"train"}), Error);
  EXPECT_THROW(recipe_of({"train", "--out", folder.path()}), Error);
  EXPECT_THROW(recipe_of({"train", "--preset", "cifar10"}), Error);
}

TEST(RecipeFrom, OutOfABegunRunWithoutDirTakesUpItsRequest) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path("request.yaml")) << "data: {path: photos}\ntrain: {epochs: 7}\n";
  const config::Recipe recipe = recipe_of({"train", "--out", folder.path()});
  EXPECT_EQ(recipe.data.path, "photos");
  EXPECT_EQ(recipe.train.epochs, 7);
  EXPECT_EQ(recipe_of({"train", "other", "--out", folder.path()}).train.epochs, config::Recipe().train.epochs);
}

TEST(RecipeFrom, BytesOfAFolderNameStayAsTheyAre) {
  EXPECT_EQ(recipe_of({"train", "caf\xe9\n\\x41"}).data.path, "caf\xe9\n\\x41");
}

TEST(RecipeFrom, AContradictionIsRefused) {
  try {
    recipe_of({"train", "photos", "--set", "train.batch_norm.group=1"});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kRecipeConflict) << error.what();
  }
}

}  // namespace
}  // namespace surefoot::cli
