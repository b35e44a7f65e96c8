#pragma once
// What the supervisor knows and writes of a run while no engine lives.
#include <cstdint>
#include <string>

#include "surefoot/base/clock.h"
#include "surefoot/base/files.h"
#include "surefoot/supervise/crash.h"
#include "surefoot/supervise/restart_policy.h"

namespace surefoot::supervise {

struct NewestCheckpoint {
  int64_t step = -1;  // -1: the run has none
  double saved = 0;   // seconds since the Unix epoch
};
NewestCheckpoint newest_checkpoint(Files& files, const std::string& run);

struct Incident {
  Crash crash;
  Decision decision;
  int64_t step = -1;  // where the engine was; -1: before its first step
  NewestCheckpoint checkpoint;
  double lost_seconds = 0;  // since the newest checkpoint, or since the engine was started
};

/// Writes `crashed` (not for a wish) and `restarted` (where that was decided) to RUN/events.jsonl, and both into one
/// line of RUN/incidents.jsonl. Takes the run's lock meanwhile. A run whose folder was not made yet has no logbook:
/// nothing is written. Throws kRunLocked where another process took the run over.
void write_incident(Files& files, const Clock& clock, const std::string& run, const Incident& incident);

}  // namespace surefoot::supervise
