#pragma once
#include "surefoot/runs/event.h"

namespace surefoot::runs {

/// Receives every event. May drop, may not throw: a sink that fails does not stop training.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(const Event& event) noexcept = 0;
  virtual void flush() noexcept {}
};

}  // namespace surefoot::runs
