#include "surefoot/clean/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace surefoot::clean {
namespace {

constexpr size_t kBlock =
    32;  // items that a thread takes at once: few enough to share evenly, enough to hide the counter's cost
constexpr auto kProgressInterval = std::chrono::milliseconds(50);

/// What the threads of one loop share.
class Loop {
 public:
  Loop(size_t count, const std::function<void(size_t)>& work) : count_(count), work_(work) {}

  void run_thread() {
    try {
      for (size_t first; !stop_ && (first = next_.fetch_add(kBlock)) < count_;) {
        const size_t last = std::min(first + kBlock, count_);
        for (size_t i = first; i < last && !stop_; ++i) work_(i);
        done_ += last - first;
      }
    } catch (...) {
      fail(std::current_exception());
    }
    const std::lock_guard lock(mutex_);
    ++finished_;
    changed_.notify_all();
  }

  void wait(size_t threads, const std::function<void(size_t)>& progress) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, kProgressInterval, [&] { return finished_ == threads; })) {
      lock.unlock();
      tell(progress);
      lock.lock();
    }
  }

  void tell(const std::function<void(size_t)>& progress) {
    if (!progress || stop_) return;
    try {
      progress(done_);
    } catch (...) {
      fail(std::current_exception());
    }
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void fail(std::exception_ptr error) {
    stop_ = true;
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
  }

  const size_t count_;
  const std::function<void(size_t)>& work_;
  std::atomic<size_t> next_ = 0, done_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t finished_ = 0;
  std::exception_ptr error_;
};

}  // namespace

void for_each_parallel(size_t count,
                       int threads,
                       const std::function<void(size_t)>& work,
                       const std::function<void(size_t)>& progress) {
  if (threads <= 1 || count <= kBlock) {
    for (size_t i = 0; i < count; ++i) {
      if (progress && i % kBlock == 0) progress(i);
      work(i);
    }
    if (progress) progress(count);
    return;
  }
  Loop loop(count, work);
  const size_t crew = std::min(static_cast<size_t>(threads), (count + kBlock - 1) / kBlock);
  std::vector<std::jthread> workers;
  for (size_t i = 0; i < crew; ++i) workers.emplace_back([&loop] { loop.run_thread(); });
  loop.wait(crew, progress);
  workers.clear();
  loop.tell(progress);
  loop.rethrow();
}

}  // namespace surefoot::clean
