#pragma once
// A plan of faults to rehearse: what goes wrong, and when. Format: docs/chaos.md.
#include <cstdint>
#include <string>
#include <vector>

namespace surefoot::chaos {

enum class FaultKind {
#define SUREFOOT_FAULT(name, values, meaning) name,
#include "surefoot/chaos/faults.def"
#undef SUREFOOT_FAULT
};

/// Name, values and meaning of every fault, in order.
struct FaultInfo {
  FaultKind kind;
  std::string name;
  std::vector<std::string> values;
  std::string meaning;
};
const std::vector<FaultInfo>& all_faults();

/// One entry of a plan. Of at_step, every_steps and at_second one is set; the others are -1.
struct Fault {
  FaultKind kind = FaultKind::kill;
  int line = 0;             // of the file, from 1
  double at_step = -1;      // the step, counted from 1, at whose begin it happens
  double every_steps = -1;  // at each step that this divides
  double at_second = -1;    // with the first step that begins so long after training began
  double allocation = 1, factor = 100, count = 1, celsius = 95;
  double seconds = -1;  // -1: as faults.def says
  double bytes_per_second = 3 << 20;
  std::string phase;  // empty: the whole step
  const std::string& name() const;
  /// "out_of_memory at step 12"
  std::string describe() const;
};

/// Throws kRecipeSyntax for what is no list of flat maps, kRecipeUnknownKey (with the nearest name and the line) and
/// kRecipeBadValue.
std::vector<Fault> parse_plan(const std::string& yaml, const std::string& file_name);

}  // namespace surefoot::chaos
