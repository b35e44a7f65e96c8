#pragma once
#include <memory>

#include "surefoot/base/files.h"
#include "surefoot/guards/guard.h"

namespace surefoot::guards {

/// Reads thermometers and fault reports once a second on a thread of its own: a driver that hangs takes nobody along.
class SensorThread {
 public:
  /// @param gpu  also read NVIDIA's cards (where there are any)
  SensorThread(Files& files, bool gpu, double period_seconds = 1);
  /// A thread that hangs in a driver is left behind.
  ~SensorThread();
  SensorThread(const SensorThread&) = delete;
  SensorThread& operator=(const SensorThread&) = delete;
  /// Fills in the newest temperatures, none where they are older than ten seconds, and the faults since the last call.
  void read(Vitals& vitals);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace surefoot::guards
