#pragma once
#include <atomic>
#include <cstdint>
#include <thread>

#include "surefoot/base/clock.h"

namespace surefoot::chaos {

/// Takes host memory in a thread of its own, touches it and never gives it back while the process lives: a leak as it
/// looks from outside.
class Leak {
 public:
  Leak(const Clock& clock, double bytes_per_second, double seconds);
  /// Ends the growth; what was taken stays taken.
  ~Leak();
  uint64_t bytes() const { return bytes_; }

 private:
  std::atomic<uint64_t> bytes_{0};
  std::jthread thread_;
};

}  // namespace surefoot::chaos
