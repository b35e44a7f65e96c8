#pragma once
// Turns steps into `step` events, one every log.every_steps.
#include "surefoot/runs/heartbeat.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

class StepRecord {
 public:
  explicit StepRecord(Session& session);
  /// Counts a step; writes the event where it is due.
  void add(const StepResult& result);
  /// Writes what was counted since the last event, if anything.
  void write();

 private:
  Session& session_;
  runs::Heartbeat heartbeat_ = runs::Heartbeat::of_supervisor();
  StepResult last_;
  data::LoaderCounters counters_;  // at the last event
  double since_;
  int64_t steps_ = 0, pictures_seen_;
};

/// Resident memory of this process in bytes (/proc/self/statm).
int64_t resident_bytes();

}  // namespace surefoot::train
