#pragma once
// Guards: numbers in, advice out. A guard holds no thread, no clock and no file, so a day of training is a test of
// milliseconds. Who samples and who acts: train/safety/watch.h. A new guard is one file and one line in catalog.def.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "surefoot/config/recipe.h"

namespace surefoot::guards {

/// One sensor, with what its card or processor says about it. Celsius; 0 where a limit is unknown.
struct Temperature {
  enum class Part { kGpu, kCpu };
  std::string sensor;  // "gpu 0", "cpu x86_pkg_temp"
  Part part = Part::kGpu;
  double celsius = 0;
  double slowdown = 0, shutdown = 0;  // the hardware's own limits
  bool slowed_by_heat = false;        // the driver lowers clocks to stay cool
  bool emergency = false;             // the hardware itself brakes against heat: clocks at half and less
  bool slowed_by_power = false;       // it runs at its power limit: normal
  double clock_share = 1;             // clock now / highest clock
};

/// What a driver or the kernel said about the hardware.
struct HardwareReport {
  std::string device;   // "gpu 0"
  int xid = 0;          // NVIDIA's number of the fault; 0: an uncorrected memory error was counted
  uint64_t errors = 1;  // new ones since the last report
};

/// One sample a second. `t` in seconds on a monotonic clock with an arbitrary zero.
struct Vitals {
  double t = 0;
  int64_t step = 0;             // optimiser steps done
  double last_progress_t = 0;   // when a step, a batch of an evaluation or a checkpoint was last finished
  uint64_t rss_anon_bytes = 0;  // of this process, without file pages; 0: unknown
  uint64_t memory_bytes = 0;    // what this process may use: the machine's, or its cgroup's limit; 0: unknown
  uint64_t memory_free_bytes = 0;
  uint64_t swapped_in_bytes = 0;  // by the machine, since it started
  /// Bytes held by each part of the program that counts its own: "loader slots", "tensors", "event log", ...
  std::vector<std::pair<std::string, uint64_t>> components;
  std::vector<Temperature> temperatures;
  std::vector<HardwareReport> hardware;     // new since the last sample
  std::optional<uint64_t> disk_free_bytes;  // where the run folder is
  uint64_t checkpoint_bytes = 0;            // size of the newest, or what the first takes at least; 0: unknown
};

/// One optimiser step. Loss and gradient norm may be NaN or infinite.
struct StepFigures {
  double t = 0;
  int64_t step = 0;
  double loss = 0, grad_norm = 0, lr = 0;
  bool updated = true;      // false: the weights were left alone (overflow, refused)
  double seconds = 0;       // without rest
  double wait_seconds = 0;  // of those, waiting for data
};

/// One epoch with its evaluation.
struct EpochFigures {
  double t = 0;
  int64_t epoch = 0, step = 0;
  double train_loss = 0, seconds = 0, images_per_second = 0;
  double data_wait = 0;  // share of the time waiting for data
  double evaluation_seconds = 0, checkpoint_seconds = 0;
  double others_cores = 0;         // processor cores that other programs kept busy, on average
  double rest_seconds = 0;         // slept or paused because a guard asked for it; part of `seconds`
  double top1 = -1;                // share; -1: not evaluated
  std::vector<int64_t> predicted;  // evaluation: how often each class was predicted; may be empty
};

/// What a guard asks for. Nothing here changes numbers of the training except kStop and kRestart, which end the process
/// after a checkpoint.
struct Advice {
  enum class Kind {
    kTell,      // say it, do nothing
    kThrottle,  // work only the share `duty` of the time, resting between steps; 1 ends it
    kPause,     // save, then do no step until kResume
    kResume,
    kTrim,            // give unused memory back: malloc, kept blocks, device cache
    kRecycleWorkers,  // new decode threads; same batches
    kRestart,         // save, then end with kExitRestart (base/exit_codes.h): the supervisor starts the process anew
    kStop,            // save, then stop for good with `what`, `why` and `fix`
  };
  Kind kind = Kind::kTell;
  std::string guard;  // set by the GuardSet
  std::string what, why, fix;
  double duty = 1;                                      // kThrottle, (0, 1]
  bool quiet = false;                                   // an adjustment of what was already told: no event
  bool unreachable = false;                             // the loop does not answer: whoever watches has to act itself
  std::vector<std::pair<std::string, double>> figures;  // for the event
};
/// "tell", "throttle", ...
const char* kind_name(Advice::Kind kind);

/// Not thread-safe: one guard is called from one thread at a time. Appends to `advice`; called in order of time.
class Guard {
 public:
  virtual ~Guard() = default;
  virtual void on_second(const Vitals&, std::vector<Advice>& /*advice*/) {}
  virtual void on_step(const StepFigures&, std::vector<Advice>& /*advice*/) {}
  virtual void on_epoch(const EpochFigures&, std::vector<Advice>& /*advice*/) {}
};

struct GuardSpec {
  const char* name;     // "thermal"
  const char* summary;  // what it sees and what it asks for
  const char* source;   // paper, document or measurement behind its thresholds
  /// Null where the recipe switches it off.
  std::unique_ptr<Guard> (*make)(const config::Recipe& recipe);
};

/// In catalogue order.
const std::vector<GuardSpec>& all_guards();
/// Throws kUnknownName with the nearest name.
const GuardSpec& find_guard(const std::string& name);

}  // namespace surefoot::guards
