#include "surefoot/guards/thread_states.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "surefoot/base/clock.h"
#include "testing/faulty_files.h"

namespace surefoot::guards {
namespace {

TEST(ThreadStates, TellsWhatThreadsWaitForAndPutsAlikeOnesTogether) {
  testing::FaultyFiles files;
  for (const char* thread : {"10", "11", "12"}) {
    const std::string folder = std::string("/r/proc/self/task/") + thread;
    files.put(folder + "/stat", std::string(thread) + " (a) b) " + (thread[1] == '0' ? "D" : "S") + " 1 2 3\n");
    files.put(folder + "/comm", thread[1] == '0' ? "engine\n" : "decode\n");
    files.put(folder + "/wchan", thread[1] == '0' ? "nfs_wait" : "futex_wait");
  }
  const auto lines = thread_states(files, "/r");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "11 and 1 more decode: sleeping, waits in futex_wait");
  EXPECT_EQ(lines[1], "10 engine: waiting for a disk or a driver, waits in nfs_wait");
}

TEST(ThreadStates, ReadsThisProcess) {
  EXPECT_FALSE(thread_states(real_files()).empty());
  testing::FaultyFiles nothing;
  EXPECT_TRUE(thread_states(nothing, "/r").empty());
}

/// Seen from another thread, the main thread is in this test.
TEST(ThreadStates, TheMainThreadWritesItsStackDown) {
  prepare_main_thread_stack();
  ASSERT_EQ(::getpid(), ::gettid());
  std::vector<std::string> stack;
  std::thread watcher([&] { stack = main_thread_stack(); });
  watcher.join();
  ASSERT_GT(stack.size(), 3u);
  EXPECT_TRUE(std::any_of(stack.begin(), stack.end(), [](const std::string& line) {
    return line.find("libc_start") != std::string::npos || line.find("libc.so") != std::string::npos;
  })) << stack.back();
}

}  // namespace
}  // namespace surefoot::guards
