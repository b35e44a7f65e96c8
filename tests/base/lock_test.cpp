#include "surefoot/base/lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "surefoot/base/error.h"
#include "testing/temporary_folder.h"

namespace surefoot {
namespace {

using testing::TemporaryFolder;

/// What a second process finds: 0 it got the lock, 1 kRunLocked with `holder` named, 2 anything else.
int second_process(const std::string& path, pid_t holder) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      const FileLock lock(path);
      ::_exit(0);
    } catch (const Error& error) {
      ::_exit(error.code() == ErrorCode::kRunLocked && error.why().ends_with(" " + std::to_string(holder)) ? 1 : 2);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(FileLock, ASecondProcessIsRefusedAndToldWhoHoldsIt) {
  const TemporaryFolder folder;
  const FileLock lock(folder.path("lock"));
  EXPECT_EQ(second_process(folder.path("lock"), ::getpid()), 1);
}

TEST(FileLock, IsFreeAfterItsHolder) {
  const TemporaryFolder folder;
  { const FileLock lock(folder.path("lock")); }
  EXPECT_EQ(second_process(folder.path("lock"), ::getpid()), 0);
}

TEST(FileLock, IsFreedWhenTheHolderIsKilled) {
  const TemporaryFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t holder = ::fork();
  if (holder == 0) {
    const FileLock lock(folder.path("lock"));
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(second_process(folder.path("lock"), holder), 1);
  ::kill(holder, SIGKILL);
  ::waitpid(holder, nullptr, 0);
  EXPECT_EQ(second_process(folder.path("lock"), holder), 0);
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace surefoot
