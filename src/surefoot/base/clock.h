#pragma once
// Time as an interface, so that tests can move it.
#include <chrono>

namespace surefoot {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Seconds on a monotonic clock with an arbitrary zero. Thread-safe.
  virtual double now() const = 0;
  /// Seconds since the Unix epoch. Thread-safe.
  virtual double wall() const = 0;
  /// Blocks for `seconds`. Thread-safe.
  virtual void sleep(double seconds) const = 0;
};

/// The machine's clock.
const Clock& real_clock();

}  // namespace surefoot
