#pragma once
// What the guards see of a run: figures of the process, the machine and the loop, gathered without disturbing the loop.
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

#include "surefoot/guards/guard.h"
#include "surefoot/guards/sensor_thread.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

/// `sample` is for the watching thread and touches nothing that can hang with a disk or a driver; the rest is for the
/// loop's.
class VitalSigns {
 public:
  explicit VitalSigns(Session& session, double period_seconds);
  guards::Vitals sample();
  /// Something was finished: a step, a rest.
  void mark_progress();
  /// Reads what only the loop may read: the loader's memory, the room on the disk (every few seconds).
  void refresh();
  /// The epoch that ended since the last call, from the events that were written about it.
  guards::EpochFigures take_epoch();

 private:
  class Listener;
  bool moves_between_steps();
  /// Cores that other programs kept busy since the last call.
  double cores_of_others();
  Session& session_;
  guards::SensorThread sensors_;
  std::shared_ptr<Listener> listener_;
  std::atomic<double> progress_t_;
  std::atomic<uint64_t> loader_bytes_{0};
  std::atomic<uint64_t> disk_free_{UINT64_MAX};  // UINT64_MAX: unknown
  double disk_read_at_ = -1e300;
  double others_t_, others_seconds_;   // the loop's
  uint64_t allocations_ = 0, io_ = 0;  // the watching thread's
};

}  // namespace surefoot::train
