#pragma once
// Saves checkpoints off the hot path: the trainer hands over a snapshot and goes on.
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "surefoot/train/checkpoints/checkpoint_store.h"

namespace surefoot::train {

class CheckpointWriter {
 public:
  struct Outcome {
    Snapshot snapshot;  // its tensors dropped
    SavedCheckpoint saved;
    double seconds = 0;
    std::exception_ptr error;  // null where saved
  };
  /// `on_done` is called from the writer's thread after each save.
  CheckpointWriter(CheckpointStore& store, std::function<void(const Outcome&)> on_done);
  /// Finishes what was submitted.
  ~CheckpointWriter();
  /// Blocks only while an earlier snapshot is still being written (at most one waits in memory).
  void submit(Snapshot snapshot);
  /// After what was submitted, saves what `make` gives, in this thread; its errors are the save's. The snapshot may
  /// hold live tensors on any device.
  void write_now(const Progress& progress, const std::function<Snapshot()>& make);
  /// Blocks until everything is on the disk. @return the error of the last save, null where it went well
  std::exception_ptr wait();

 private:
  void run();
  /// Fills the rest of the outcome and tells of it.
  void save(Outcome& outcome);

  CheckpointStore& store_;
  std::function<void(const Outcome&)> on_done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Snapshot> next_;
  bool busy_ = false, stop_ = false;
  std::exception_ptr last_error_;
  std::thread thread_;  // last: starts when the rest is ready
};

}  // namespace surefoot::train
