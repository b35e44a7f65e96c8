#include "surefoot/cli/engine_label_scorer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/base/files.h"
#include "surefoot/cli/label_files.h"
#include "testing/temporary_folder.h"

namespace surefoot::cli {
namespace {

clean::LabelTask small_task() {
  clean::LabelTask task{
      .side = 2, .pictures = {}, .labels = {0, 1}, .folds = {1, 0}, .classes = 2, .fold_count = 2, .seed = 9};
  task.weights = "a\xff.safetensors";
  task.seconds_budget = 1.5;
  for (int i = 0; i < 24; ++i) task.pictures.push_back(static_cast<uint8_t>(10 * i));
  return task;
}

clean::LabelScores small_scores() {
  return {.classes = 2,
          .dimensions = 3,
          .probabilities = {0.25f, 0.75f, 1, 0},
          .embeddings = {1, 0, 0, 0, 1, 0},
          .accuracy = 0.1 + 0.2,
          .method = "by hand"};
}

TEST(LabelFiles, GiveBackWhatWasWritten) {
  const surefoot::testing::TemporaryFolder folder;
  const clean::LabelTask task = small_task();
  write_label_task(real_files(), folder.path("task"), task);
  const clean::LabelTask read = read_label_task(real_files(), folder.path("task"));
  EXPECT_EQ(read.pictures, task.pictures);
  EXPECT_EQ(read.labels, task.labels);
  EXPECT_EQ(read.folds, task.folds);
  EXPECT_EQ(read.weights, task.weights);
  EXPECT_EQ(std::tie(read.side, read.classes, read.fold_count, read.seed, read.seconds_budget),
            std::tie(task.side, task.classes, task.fold_count, task.seed, task.seconds_budget));
  const clean::LabelScores scores = small_scores();
  write_label_scores(real_files(), folder.path("scores"), scores);
  const clean::LabelScores back = read_label_scores(real_files(), folder.path("scores"));
  EXPECT_EQ(back.probabilities, scores.probabilities);
  EXPECT_EQ(back.embeddings, scores.embeddings);
  EXPECT_EQ(back.accuracy, scores.accuracy);
  EXPECT_EQ(back.method, scores.method);
}

TEST(LabelFiles, OfAnotherKindAreRefused) {
  const surefoot::testing::TemporaryFolder folder;
  write_label_scores(real_files(), folder.path("scores"), small_scores());
  EXPECT_THROW(read_label_task(real_files(), folder.path("scores")), Error);
}

/// A shell script takes the engine's place. $1 label-scores, $3 the task, $5 where the scores go.
class EngineScorer : public ::testing::Test {
 protected:
  void SetUp() override { ::setenv("TMPDIR", folder_.path().c_str(), 1); }
  void TearDown() override {
    ::unsetenv("SUREFOOT_ENGINE");
    ::unsetenv("TMPDIR");
  }
  void engine(const std::string& script) {
    const std::string path = folder_.path("engine");
    const auto file = real_files().create(path);
    file->append("#!/bin/sh\n" + script);
    file->close();
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    ::setenv("SUREFOOT_ENGINE", path.c_str(), 1);
  }
  Error failure() {
    EngineLabelScorer scorer;
    try {
      scorer.score(small_task(), [](double) {});
    } catch (const Error& error) {
      return error;
    }
    throw std::runtime_error("nothing was thrown");
  }
  surefoot::testing::TemporaryFolder folder_;
};

TEST_F(EngineScorer, HandsTheTaskOverAndReadsProgressAndScores) {
  write_label_scores(real_files(), folder_.path("scores"), small_scores());
  engine("test \"$1 $2 $4 $6 $7\" = 'label-scores --in --out --threads 3' || exit 9\ncp \"$3\" '" +
         folder_.path("task") + "'\necho progress 0.5\necho noise\nprintf 'progress 0.7'\nsleep 0.3\necho 5\ncp '" +
         folder_.path("scores") + "' \"$5\"\n");
  std::vector<double> shares;
  EngineLabelScorer scorer(3);
  const clean::LabelScores scores = scorer.score(small_task(), [&](double share) { shares.push_back(share); });
  EXPECT_EQ(scores.probabilities, small_scores().probabilities);
  EXPECT_EQ(read_label_task(real_files(), folder_.path("task")).labels, small_task().labels);
  EXPECT_EQ(shares.back(), 0.75) << "a line that comes in two parts is one line";
  for (const FolderEntry& entry : real_files().list(folder_.path()))
    EXPECT_FALSE(entry.name.starts_with("surefoot-labels")) << entry.name;
}

TEST_F(EngineScorer, AMissingEngineIsNamedWithTheFix) {
  ::setenv("SUREFOOT_ENGINE", folder_.path("nowhere").c_str(), 1);
  const Error error = failure();
  EXPECT_EQ(error.code(), ErrorCode::kEngineMissing);
  EXPECT_NE(error.what_failed().find("nowhere"), std::string::npos);
  EXPECT_NE(error.fix().find("SUREFOOT_ENGINE"), std::string::npos);
}

TEST_F(EngineScorer, WhatAFailingEngineSaidIsPassedOn) {
  engine("echo 'error: the weights are of no known model' >&2\nexit 3\n");
  const Error error = failure();
  EXPECT_EQ(error.code(), ErrorCode::kWeightsFormat);
  EXPECT_NE(error.why().find("of no known model"), std::string::npos);
}

TEST_F(EngineScorer, AKilledEngineMostLikelyRanOutOfMemory) {
  engine("kill -9 $$\n");
  EXPECT_EQ(failure().code(), ErrorCode::kOutOfMemory);
}

TEST_F(EngineScorer, AnInterruptionEndsTheEngine) {
  engine("echo $$ > '" + folder_.path("pid") + "'\necho progress 0.1\nexec sleep 60\n");
  EngineLabelScorer scorer;
  EXPECT_THROW(scorer.score(small_task(),
                            [](double share) {
                              if (share > 0) throw std::runtime_error("stop");
                            }),
               std::runtime_error);
  const std::string pid = real_files().read(folder_.path("pid"));
  EXPECT_FALSE(real_files().exists("/proc/" + pid.substr(0, pid.size() - 1)));
}

}  // namespace
}  // namespace surefoot::cli
