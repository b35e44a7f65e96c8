#pragma once
// The footing as a checkpoint and the memory of earlier runs hold it.
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "surefoot/plan/footing.h"

namespace surefoot::train {

/// How the run holds itself within memory, and for how long already without trouble (recovery.h).
struct FootingRecord {
  plan::Footing footing;
  int64_t quiet_steps = 0;  // since the last trouble or change
  int64_t wait = 0;         // quiet steps before something is taken back; 0: as the recipe says
  bool on_trial = false;    // the last change took something back, and `wait` steps have not passed since
};

/// One digit a block: 0 none, 1 cheap, 2 block.
std::string levels_to_text(const std::vector<nn::Recompute>& levels);
/// The levels that the text holds; what is no digit from 0 to 2 is 0.
std::vector<nn::Recompute> levels_from_text(const std::string& text);

/// Calls visit(name, member) for every member, to read and to write alike.
template <class Record, class Visit>
void visit_footing(Record& record, Visit&& visit) {
  visit("micro_batch", record.footing.micro_batch);
  std::string levels = levels_to_text(record.footing.recompute);
  visit("recompute", levels);
  if constexpr (!std::is_const_v<Record>) record.footing.recompute = levels_from_text(levels);
  visit("offload", record.footing.offload);
  visit("prefetch", record.footing.prefetch);
  visit("eval_batch", record.footing.eval_batch);
  visit("quiet_steps", record.quiet_steps);
  visit("grow_wait", record.wait);
  visit("grow_on_trial", record.on_trial);
}

}  // namespace surefoot::train
