#pragma once
// Which fault of a plan is due.
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "surefoot/chaos/plan.h"

namespace surefoot::chaos {

/// Each fault happens once a run (with every_steps once a step), also across restarts: otherwise `kill` would be a
/// loop. One thread.
class Rehearsal {
 public:
  explicit Rehearsal(std::vector<Fault> plan) : plan_(std::move(plan)) {}
  /// What an earlier process of the run did already.
  void mark_done(int64_t entry, int64_t step) { done_.insert({entry, key_step(entry, step)}); }
  /// Entries (from 0) that are due at the begin of this step (from 1), `seconds` after training began; they count as
  /// done.
  std::vector<int64_t> due(int64_t step, double seconds);
  const Fault& fault(int64_t entry) const { return plan_[static_cast<size_t>(entry)]; }

 private:
  int64_t key_step(int64_t entry, int64_t step) const;
  std::vector<Fault> plan_;
  std::set<std::pair<int64_t, int64_t>> done_;  // entry; step, or 0 for those that happen once
};

}  // namespace surefoot::chaos
