#include "surefoot/chaos/rehearsal.h"

namespace surefoot::chaos {

int64_t Rehearsal::key_step(int64_t entry, int64_t step) const {
  const bool repeats = entry >= 0 && entry < static_cast<int64_t>(plan_.size()) && fault(entry).every_steps > 0;
  return repeats ? step : 0;
}

std::vector<int64_t> Rehearsal::due(int64_t step, double seconds) {
  std::vector<int64_t> entries;
  for (int64_t entry = 0; entry < static_cast<int64_t>(plan_.size()); ++entry) {
    const Fault& f = fault(entry);
    const bool is_due = (f.at_step > 0 && step >= static_cast<int64_t>(f.at_step)) ||
                        (f.every_steps > 0 && step % static_cast<int64_t>(f.every_steps) == 0) ||
                        (f.at_second >= 0 && seconds >= f.at_second);
    if (is_due && done_.insert({entry, key_step(entry, step)}).second) entries.push_back(entry);
  }
  return entries;
}

}  // namespace surefoot::chaos
