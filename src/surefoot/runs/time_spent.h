#pragma once
// Where a run's time went, and what befell it. A pure function of the event log.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "surefoot/runs/event.h"

namespace surefoot::runs {

/// Seconds of wall time.
struct TimeSpent {
  double wall = 0;  // first event to last
  double restarts =
      0;  // no process was training: after a crash, a stop, a wish to be restarted; the next one's start included
  double repeated = 0;  // steps that were done, lost with a process or rolled back, and had to be done again
  double paused = 0;    // rest that a guard asked for
  /// Share of the wall time in which the run made progress that was kept; 0..1.
  double effective() const;
};

/// "killed 1, out of memory 3".
std::string incidents_text(const std::map<std::string, int64_t>& incidents);

/// Takes events in order.
class TimeAccount {
 public:
  void add(const Event& event);
  TimeSpent spent() const;
  /// How often what happened: crashes by their kind (segfault, killed, ...), other incidents by their event (restarted,
  /// out_of_memory, rolled_back, ...), guards by their name. Nothing happened: empty.
  const std::map<std::string, int64_t>& incidents() const { return incidents_; }
  /// Whether faults were asked for (event `chaos`).
  bool rehearsed() const { return incidents_.contains("chaos"); }

 private:
  struct Mark {
    int64_t step;
    double t;
  };
  /// When this many steps were first done, on the way that was kept.
  double reached(int64_t step) const;
  void go_back(int64_t step, double t_end, double t_again);

  TimeSpent spent_;
  std::vector<Mark> marks_;  // rising steps
  std::map<std::string, int64_t> incidents_;
  double first_t_ = 0, last_t_ = 0;
};

}  // namespace surefoot::runs
