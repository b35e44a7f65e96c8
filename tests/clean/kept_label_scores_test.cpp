#include "surefoot/clean/kept_label_scores.h"

#include <gtest/gtest.h>

#include "testing/temporary_folder.h"

namespace surefoot::clean {
namespace {

class CountingScorer final : public LabelScorer {
 public:
  LabelScores score(const LabelTask& task, const std::function<void(double)>&) override {
    ++asked;
    return {.classes = task.classes,
            .dimensions = 2,
            .probabilities = {0.25F, 0.75F},
            .embeddings = {1, 0},
            .accuracy = 0.5,
            .method = "a method"};
  }
  int asked = 0;
};

TEST(KeptLabelScores, AskOnceForEachTask) {
  const testing::TemporaryFolder folder;
  const auto store = open_store(folder.path("s.sqlite3"));
  CountingScorer scorer;
  KeptLabelScores kept(scorer, *store);
  LabelTask task{.side = 1, .pictures = {1, 2, 3}, .labels = {0}, .folds = {0}, .classes = 2, .fold_count = 1};
  const LabelScores first = kept.score(task, {}), second = kept.score(task, {});
  EXPECT_EQ(scorer.asked, 1);
  EXPECT_EQ(second.probabilities, first.probabilities);
  EXPECT_EQ(second.embeddings, first.embeddings);
  EXPECT_EQ(second.method, "a method");
  EXPECT_EQ(second.classes, 2);
  EXPECT_EQ(second.accuracy, 0.5);
  task.labels[0] = 1;
  kept.score(task, {});
  EXPECT_EQ(scorer.asked, 2);
}

TEST(KeptLabelScores, ADamagedValueIsComputedAgain) {
  const testing::TemporaryFolder folder;
  const auto store = open_store(folder.path("s.sqlite3"));
  CountingScorer scorer;
  KeptLabelScores kept(scorer, *store);
  const LabelTask task{.side = 1, .pictures = {1, 2, 3}, .labels = {0}, .folds = {0}, .classes = 2, .fold_count = 1};
  kept.score(task, {});
  const std::string whole = *store->value("label scores");
  for (size_t size = 0; size < whole.size(); ++size) {
    store->put_value("label scores", whole.substr(0, size));
    const int asked = scorer.asked;
    EXPECT_EQ(kept.score(task, {}).method, "a method");
    EXPECT_EQ(scorer.asked, asked + 1) << size;
  }
}

}  // namespace
}  // namespace surefoot::clean
