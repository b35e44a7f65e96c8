#pragma once
// What `surefoot plan` prints: for people and for machines.
#include <optional>
#include <string>
#include <vector>

#include "surefoot/train/memory/plan_run.h"

namespace surefoot::cli {

/// A measured rate of this device.
struct ProbeResult {
  double images_per_second = 0;  // of the recipe as it is
  double seconds_a_step = 0;
};

struct PlanReport {
  train::RunPlan run;
  std::map<std::string, std::string> choice;  // recipe keys
  plan::HardwareTable table;
  std::vector<train::RigPlan> rigs;
  plan::LeaveOneOut held_out;  // of the speeds of cards
  std::vector<plan::Advice> advice;
  std::optional<ProbeResult> probe;
  bool data_known = false;  // pictures were counted or given
};

/// @param colour  for terminals
std::string plan_text(const PlanReport& report, bool colour);
std::string plan_json(const PlanReport& report);

}  // namespace surefoot::cli
