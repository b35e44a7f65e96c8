#include "surefoot/train/progress.h"

#include <gtest/gtest.h>

#include "surefoot/base/error.h"

namespace surefoot::train {
namespace {

TEST(Progress, ReadsBackExactly) {
  Progress before;
  before.step = 1234567890123;
  before.epoch_loss_sum = 0.1 + 0.2;
  before.train_seconds = 1e-300;
  before.precision = "bf16";
  before.best = {.top1 = 1.0 / 3, .top5 = 0.7, .loss = 2.5, .epoch = 3, .step = 99, .weights = "ema"};
  before.finished = true;
  const std::string text = to_json(before);
  const Progress after = progress_from_json(text);
  EXPECT_EQ(to_json(after), text);
  EXPECT_EQ(after.step, before.step);
  EXPECT_EQ(after.epoch_loss_sum, before.epoch_loss_sum);
  EXPECT_EQ(after.best.top1, before.best.top1);
}

TEST(Progress, AnyCutTextIsRefused) {
  const std::string text = to_json(Progress{});
  for (size_t n = 0; n < text.size(); ++n) {
    EXPECT_THROW(progress_from_json(text.substr(0, n)), Error) << n;
  }
}

TEST(Progress, KnowsItsPlaceInTheData) {
  Progress progress;
  progress.steps_per_epoch = 10;
  progress.step = 25;
  EXPECT_EQ(progress.epoch(), 2);
  EXPECT_EQ(progress.step_in_epoch(), 5);
}

}  // namespace
}  // namespace surefoot::train
