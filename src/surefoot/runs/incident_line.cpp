#include "surefoot/runs/incident_line.h"

#include "surefoot/runs/console_text.h"

namespace surefoot::runs {
namespace {

std::string at_step(const Event& e) { return "step " + with_commas(e.step + 1) + ": "; }

std::string sentence(const Event& e) {
  std::string text = e.text("what");
  if (!e.text("why").empty()) text += ": " + e.text("why");
  if (!e.text("fix").empty()) text += "; " + e.text("fix");
  return text;
}

std::string change(const Event& e) {
  if (e.text("action") == "free_caches")
    return "the allocator's caches are given back, " + e.text("after") + " (" + e.text("kind") + "); once more";
  return e.text("action") + ": " + e.text("before") + " -> " + e.text("after") + " (" + e.text("kind") + "; " +
         e.text("why") + ")";
}

}  // namespace

std::optional<IncidentLine> incident_line(const Event& e) {
  if (e.event == "guard") return IncidentLine{e.text("advice") == "stop", e.text("guard"), sentence(e)};
  if (e.event == "divergence")
    return IncidentLine{false, "divergence", at_step(e) + e.text("why") + "; done again: " + e.text("replay")};
  if (e.event == "batch_skipped")
    return IncidentLine{false, "batch skipped",
                        at_step(e) + e.text("why") + "; its pictures are in quarantined_batches.csv"};
  if (e.event == "rolled_back")
    return IncidentLine{true, "rolled back",
                        "from step " + with_commas(e.step) + " to " +
                            with_commas(static_cast<int64_t>(e.number("to"))) + ": " + e.text("why")};
  if (e.event == "lr_lowered")
    return IncidentLine{true, "learning rate lowered",
                        "to " + short_number(e.number("scale")) + " of the schedule: " + e.text("why")};
  if (e.event == "out_of_memory")
    return IncidentLine{false, "out of memory", "in " + e.text("phase") + ", " + at_step(e) + e.text("message")};
  if (e.event == "memory_action") return IncidentLine{false, "memory", change(e)};
  if (e.event == "chaos") return IncidentLine{false, "rehearsal", e.text("fault") + " at step " + with_commas(e.step)};
  return {};
}

}  // namespace surefoot::runs
