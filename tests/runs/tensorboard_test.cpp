#include "surefoot/runs/tensorboard.h"

#include <gtest/gtest.h>

#include <limits>

#include "runs/python.h"
#include "testing/temporary_folder.h"

namespace surefoot::runs {
namespace {

Event step_event(int64_t step, double loss) {
  return {.t = 1000.5, .step = step, .event = "step", .fields = {{"loss", loss}, {"lr", 0.25}}};
}

TEST(Crc32c, MatchesTheVectorsOfRfc3720) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
}

TEST(TensorBoardSink, MakesANewFileForEachStart) {
  const testing::TemporaryFolder folder;
  for (int i = 0; i < 3; ++i) TensorBoardSink(real_files(), folder.path("tb")).write(step_event(i, 1));
  EXPECT_EQ(real_files().list(folder.path("tb")).size(), 3u);
}

TEST(TensorBoardSink, WritesNothingForEventsWithoutScalars) {
  const testing::TemporaryFolder folder;
  TensorBoardSink(real_files(), folder.path("tb")).write({.event = "warning"});
  EXPECT_FALSE(real_files().exists(folder.path("tb")));
}

TEST(TensorBoardSink, GoesOnWithoutFilesWhereItCannotWrite) {
  const testing::TemporaryFolder folder;
  real_files().create(folder.path("tb"))->append("a file where the folder should be");
  ::testing::internal::CaptureStderr();
  TensorBoardSink sink(real_files(), folder.path("tb"));
  sink.write(step_event(1, 1));
  sink.write(step_event(2, 1));
  const std::string told = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(told.find("goes on without TensorBoard"), std::string::npos);
  EXPECT_EQ(told.find("goes on without TensorBoard"), told.rfind("goes on without TensorBoard"));
}

TEST(TensorBoardSink, IsReadByTensorBoardItself) {
  const testing::TemporaryFolder folder;
  {
    TensorBoardSink sink(real_files(), folder.path("tb"));
    for (int i = 1; i <= 300; ++i) sink.write(step_event(i * 1000, 2.0 / i));
    sink.write(step_event(300001, std::numeric_limits<double>::quiet_NaN()));
    sink.write({.t = 1001,
                .step = 300000,
                .event = "eval",
                .fields = {{"weights", std::string("raw")}, {"top1", 0.5}, {"top5", 0.75}, {"loss", 1.5}}});
    sink.write(
        {.t = 1002, .step = 300000, .event = "eval", .fields = {{"weights", std::string("ema")}, {"top1", 0.625}}});
  }
  const auto result = testing::run_python("read_tensorboard.py", folder.path("tb"));
  if (!result || result->status == 77) GTEST_SKIP() << "SUREFOOT_TEST_PYTHON is not set or has no tensorboard";
  ASSERT_EQ(result->status, 0) << result->output;
  for (const char* expected :
       {"train/loss 1000 2\n", "train/loss 300000 0.00666667\n", "train/loss 300001 nan\n", "train/lr 300000 0.25\n",
        "val/top1 300000 0.5\n", "val/top5 300000 0.75\n", "val/loss 300000 1.5\n", "val_ema/top1 300000 0.625\n"}) {
    EXPECT_NE(result->output.find(expected), std::string::npos) << expected;
  }
}

}  // namespace
}  // namespace surefoot::runs
