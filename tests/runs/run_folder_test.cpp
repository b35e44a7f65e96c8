#include "surefoot/runs/run_folder.h"

#include <gtest/gtest.h>

#include "surefoot/base/error.h"
#include "testing/temporary_folder.h"

namespace surefoot::runs {
namespace {

TEST(RunFolder, IsTakenByOneWriterAtATime) {
  const testing::TemporaryFolder folder;
  {
    const RunFolder first(real_files(), folder.path("run"));
    try {
      const RunFolder second(real_files(), folder.path("run"));
      FAIL() << "a second writer was let in";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kRunLocked);
    }
  }
  EXPECT_NO_THROW(RunFolder(real_files(), folder.path("run")));
}

TEST(RunFolder, IsFinishedOnlyWithASummaryAndAFinalEvent) {
  const testing::TemporaryFolder folder;
  const std::string run = folder.path("run");
  EXPECT_FALSE(holds_run(real_files(), run));
  const RunFolder paths(real_files(), run);
  EXPECT_FALSE(holds_run(real_files(), run));
  real_files().create(paths.events_file())->append("{\"t\": 1, \"step\": 1, \"event\": \"run_started\"}\n");
  EXPECT_TRUE(holds_run(real_files(), run));
  real_files().create(paths.summary_file())->append("{}");
  EXPECT_FALSE(is_finished(real_files(), run));
  real_files().create(paths.events_file(), true)->append("{\"t\": 2, \"step\": 9, \"event\": \"run_finished\"}\n");
  EXPECT_TRUE(is_finished(real_files(), run));
  real_files().create(paths.events_file(), true)->append("{\"t\": 3, \"step\": 9, \"event\": \"run_started\"}\n");
  EXPECT_FALSE(is_finished(real_files(), run)) << "it was started again";
}

}  // namespace
}  // namespace surefoot::runs
