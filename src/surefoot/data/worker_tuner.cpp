#include "surefoot/data/worker_tuner.h"

#include <algorithm>

namespace surefoot::data {
namespace {
constexpr double kWaitTooLong = 0.05;
constexpr double kStarved = 0.5;  // double the threads instead of adding one
constexpr int kMostPatience = 256;
}  // namespace

int WorkerTuner::advise(int threads, double wait_share, double blocked_share) {
  intervals_until_removal_ = std::max(0, intervals_until_removal_ - 1);
  if (wait_share > kWaitTooLong && threads < most_) {
    if (removed_last_) patience_ = std::min(2 * patience_, kMostPatience);
    removed_last_ = false;
    intervals_until_removal_ = patience_;
    return std::min(most_, wait_share > kStarved ? 2 * threads : threads + 1);
  }
  // One thread less must still be enough: the others' free time covers its work with a margin of a half thread.
  const double idle_threads = blocked_share * threads;
  if (threads > 1 && wait_share < kWaitTooLong / 5 && idle_threads > 1.5 && intervals_until_removal_ == 0) {
    removed_last_ = true;
    intervals_until_removal_ = patience_;
    return threads - 1;
  }
  return threads;
}

}  // namespace surefoot::data
