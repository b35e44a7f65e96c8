#pragma once
#include <optional>
#include <string>

#include "surefoot/runs/event.h"

namespace surefoot::runs {

/// What the run did on its own or went wrong, as one line for people.
struct IncidentLine {
  bool grave = false;  // something was lost, or the end is near
  std::string label, message;
};
/// Empty for events that are no incidents.
std::optional<IncidentLine> incident_line(const Event& event);

}  // namespace surefoot::runs
