#include "surefoot/train/labels/label_scorer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "surefoot/base/error.h"
#include "surefoot/nn/weights.h"
#include "surefoot/train/labels/given_features.h"
#include "surefoot/train/model_card.h"
#include "testing/pictures.h"
#include "testing/temporary_folder.h"

namespace surefoot::train {
namespace {

constexpr int kSide = 32, kClasses = 4;

/// Striped pictures; every `wrong_each`-th carries the next class' label. 0: none does.
clean::LabelTask drawn(int count, int wrong_each) {
  clean::LabelTask task{
      .side = kSide, .pictures = {}, .labels = {}, .folds = {}, .classes = kClasses, .fold_count = 5, .seed = 1};
  task.seconds_budget = 0.01;  // few filters: these pictures are easy
  for (int i = 0; i < count; ++i) {
    const int truth = i % kClasses;
    const auto pixels = surefoot::testing::draw_pixels(3, truth, static_cast<uint64_t>(i), kSide, kSide);
    task.pictures.insert(task.pictures.end(), pixels.begin(), pixels.end());
    task.labels.push_back(wrong_each > 0 && i % wrong_each == 0 ? (truth + 1) % kClasses : truth);
    task.folds.push_back(i / kClasses % task.fold_count);
  }
  return task;
}

clean::LabelScores score(const clean::LabelTask& task) {
  NetworkLabelScorer scorer(real_files(), 1);
  return scorer.score(task, [](double) {});
}

TEST(LabelScorer, WrongLabelsAreTheLeastLikely) {
  const clean::LabelTask task = drawn(200, 9);
  std::vector<double> told;
  NetworkLabelScorer scorer(real_files(), 1);
  const clean::LabelScores scores = scorer.score(task, [&](double share) { told.push_back(share); });
  ASSERT_EQ(scores.probabilities.size(), 800u);
  ASSERT_EQ(scores.embeddings.size(), 200u * static_cast<size_t>(scores.dimensions));
  float least_right = 1, most_wrong = 0;
  for (size_t i = 0; i < 200; ++i) {
    const float given = scores.probabilities[i * kClasses + static_cast<size_t>(task.labels[i])];
    (i % 9 == 0 ? most_wrong = std::max(most_wrong, given) : least_right = std::min(least_right, given));
    double sum = 0, length = 0;
    const auto dimensions = static_cast<size_t>(scores.dimensions);
    for (size_t c = 0; c < kClasses; ++c) sum += scores.probabilities[i * kClasses + c];
    for (size_t d = 0; d < dimensions; ++d) length += std::pow(scores.embeddings[i * dimensions + d], 2);
    EXPECT_NEAR(sum, 1, 1e-4);
    EXPECT_NEAR(length, 1, 1e-3);
  }
  EXPECT_GT(least_right, most_wrong);
  EXPECT_NEAR(scores.accuracy, 177.0 / 200, 1e-9) << "all but the 23 wrong ones";
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_NEAR(told.back(), 1, 1e-9);
}

TEST(LabelScorer, TheSameTaskGivesTheSameBits) {
  const clean::LabelTask task = drawn(80, 0);
  const clean::LabelScores a = score(task), b = score(task);
  EXPECT_EQ(a.probabilities, b.probabilities);
  EXPECT_EQ(a.embeddings, b.embeddings);
}

/// Labels that say nothing about the pictures cannot be learned: who saw the answers would seem to.
TEST(LabelScorer, NoPictureIsJudgedByWhoSawIt) {
  clean::LabelTask task = drawn(200, 0);
  for (size_t i = 0; i < task.labels.size(); ++i) {
    task.labels[i] = static_cast<int32_t>(Philox(8, Purpose::kSynthetic, 0, i).below(kClasses));
  }
  EXPECT_LT(score(task).accuracy, 0.4);  // chance is .25, four standard deviations .12
}

/// Of the refusal; kInternal where there is none.
ErrorCode code_of(const clean::LabelTask& task) {
  try {
    score(task);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::kInternal;
}

TEST(LabelScorer, ATaskThatDoesNotFitTogetherIsRefused) {
  clean::LabelTask task = drawn(40, 0);
  task.labels[3] = kClasses;
  EXPECT_EQ(code_of(task), ErrorCode::kRecipeConflict);
  task = drawn(40, 0);
  task.pictures.pop_back();
  EXPECT_EQ(code_of(task), ErrorCode::kRecipeConflict);
  task = drawn(40, 0);
  task.folds.assign(40, 2);
  EXPECT_EQ(code_of(task), ErrorCode::kRecipeConflict);
  task = drawn(40, 0);
  task.classes = 1;
  EXPECT_EQ(code_of(task), ErrorCode::kDataOneClass);
}

std::string write_weights(const surefoot::testing::TemporaryFolder& folder,
                          const std::map<std::string, std::string>& metadata,
                          int64_t classes) {
  const auto model = nn::make_model("resnet18", {.num_classes = classes}, {.seed = 4});
  const std::string path = folder.path("w.safetensors");
  const auto file = real_files().create(path);
  tensor::write_safetensors(*file, nn::state_dict(*model), metadata);
  file->close();
  return path;
}

TEST(LabelScorer, GivenWeightsMakeTheFeatures) {
  const surefoot::testing::TemporaryFolder folder;
  ModelCard card{
      .model = "resnet18", .stem = "imagenet", .classes = {"a", "b"}, .image_size = kSide, .eval_resize = kSide};
  card.mean = {0.5, 0.5, 0.5}, card.std = {0.25, 0.25, 0.25};
  clean::LabelTask task = drawn(80, 0);
  task.weights = write_weights(folder, to_metadata(card), 2);
  const clean::LabelScores scores = score(task);
  EXPECT_NE(scores.method.find("resnet18 (w.safetensors)"), std::string::npos) << scores.method;
  EXPECT_GT(scores.accuracy, 0.8);  // even features that nobody trained tell stripes apart
}

TEST(LabelScorer, WithoutClassesItOnlyEmbeds) {
  const surefoot::testing::TemporaryFolder folder;
  clean::LabelTask task = drawn(20, 0);
  task.classes = task.fold_count = 0;
  EXPECT_EQ(code_of(task), ErrorCode::kDataOneClass) << "there are no weights to embed with";
  task.weights = write_weights(folder, {}, 7);
  const clean::LabelScores scores = score(task);
  EXPECT_TRUE(scores.probabilities.empty());
  EXPECT_EQ(scores.dimensions, 512);
  const at::Tensor pictures = at::from_blob(task.pictures.data(), {20, kSide, kSide, 3}, at::kByte);
  at::Tensor features = GivenFeatures(real_files(), task.weights).features(pictures);
  features = features / features.norm(2, {1}, true);
  const at::Tensor embedded = at::from_blob(const_cast<float*>(scores.embeddings.data()), {20, 512}, at::kFloat);
  EXPECT_LT((embedded - features).abs().max().item<float>(), 1e-6);
}

TEST(LabelScorer, WeightsWithoutACardAreRecognised) {
  const surefoot::testing::TemporaryFolder folder;
  EXPECT_EQ(GivenFeatures(real_files(), write_weights(folder, {}, 7)).name(), "resnet18 (w.safetensors)");
}

}  // namespace
}  // namespace surefoot::train
