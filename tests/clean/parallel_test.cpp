#include "surefoot/clean/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace surefoot::clean {
namespace {

TEST(ForEachParallel, CallsEveryNumberOnce) {
  for (const int threads : {1, 2, 5}) {
    for (const size_t count : {0, 1, 33, 1000}) {
      std::vector<std::atomic<int>> calls(count);
      size_t last = 99999;
      for_each_parallel(count, threads, [&](size_t i) { ++calls[i]; }, [&](size_t done) { last = done; });
      for (const auto& each : calls) ASSERT_EQ(each, 1);
      EXPECT_EQ(last, count);
    }
  }
}

TEST(ForEachParallel, AnErrorOfTheWorkComesBack) {
  for (const int threads : {1, 4}) {
    EXPECT_THROW(for_each_parallel(1000, threads,
                                   [](size_t i) {
                                     if (i == 500) throw std::runtime_error("work");
                                   }),
                 std::runtime_error);
  }
}

TEST(ForEachParallel, ProgressMayStopIt) {
  for (const int threads : {1, 4}) {
    std::atomic<int> calls = 0;
    const auto slow = [&](size_t) { ++calls, std::this_thread::sleep_for(std::chrono::milliseconds(1)); };
    EXPECT_THROW(for_each_parallel(100000, threads, slow,
                                   [](size_t done) {
                                     if (done > 0) throw std::runtime_error("stop");
                                   }),
                 std::runtime_error);
    EXPECT_LT(calls, 50000);
  }
}

}  // namespace
}  // namespace surefoot::clean
