#pragma once
// A loop shared by threads.
#include <cstddef>
#include <functional>

namespace surefoot::clean {

/// Calls `work(i)` once for every i in [0, count), from `threads` threads (1: from the caller's alone).
/// `progress(done)` is called from the caller's thread now and then, and at the end; it may throw to stop. The first
/// error of `work` or `progress` ends the loop and is thrown after all threads have stopped.
void for_each_parallel(size_t count,
                       int threads,
                       const std::function<void(size_t i)>& work,
                       const std::function<void(size_t done)>& progress = {});

}  // namespace surefoot::clean
