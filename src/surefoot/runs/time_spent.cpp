#include "surefoot/runs/time_spent.h"

#include <algorithm>
#include <iterator>

namespace surefoot::runs {
namespace {

/// Empty where the event is no incident.
std::string incident_name(const Event& event) {
  if (event.event == "crashed") return event.text("kind");
  if (event.event == "guard") return "guard " + event.text("guard");
  for (const char* name :
       {"restarted", "interrupted", "out_of_memory", "memory_action", "divergence", "batch_skipped", "rolled_back",
        "lr_lowered", "checkpoint_failed", "checkpoint_damaged", "chaos", "bad_picture"}) {
    if (event.event == name) return name;
  }
  return "";
}

}  // namespace

std::string incidents_text(const std::map<std::string, int64_t>& incidents) {
  std::string text;
  for (const auto& [name, count] : incidents) text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
  std::ranges::replace(text, '_', ' ');
  return text;
}

double TimeSpent::effective() const {
  if (wall <= 0) return 1;
  return std::clamp(1 - (restarts + repeated + paused) / wall, 0.0, 1.0);
}

double TimeAccount::reached(int64_t step) const {
  const auto after = std::ranges::upper_bound(marks_, step, {}, &Mark::step);
  if (after == marks_.begin()) return first_t_;
  const Mark& before = *std::prev(after);
  if (after == marks_.end() || before.step == step) return before.t;
  const double share = static_cast<double>(step - before.step) / static_cast<double>(after->step - before.step);
  return before.t + share * (after->t - before.t);
}

void TimeAccount::go_back(int64_t step, double t_end, double t_again) {
  spent_.repeated += std::max(0.0, t_end - reached(step));
  spent_.restarts += std::max(0.0, t_again - t_end);
  while (!marks_.empty() && marks_.back().step >= step) marks_.pop_back();
  marks_.push_back({step, t_again});
}

void TimeAccount::add(const Event& event) {
  if (first_t_ == 0) first_t_ = last_t_ = event.t;
  if (const std::string name = incident_name(event); !name.empty()) ++incidents_[name];
  if (event.event == "run_started") {
    if (marks_.empty()) {
      marks_.push_back({event.step, event.t});
    } else {
      go_back(event.step, last_t_, event.t);
    }
  } else if (event.event == "rolled_back") {
    const auto to = static_cast<int64_t>(event.number("to", static_cast<double>(event.step)));
    go_back(to, event.t, event.t);
  } else if (event.event == "step" || event.event == "checkpoint") {
    const double t = event.event == "step" ? event.t : event.t - event.number("seconds");
    if (!marks_.empty() && event.step > marks_.back().step)
      marks_.push_back({event.step, std::max(t, marks_.back().t)});
  }
  if (event.event != "crashed") spent_.paused += event.number("lost_seconds");
  // What is written while the next process starts, or by the supervisor after a wait, is no sign of training.
  const bool is_between = event.event == "restarted" || event.event == "checkpoint_damaged" || event.event == "warning";
  if (!is_between) last_t_ = std::max(last_t_, event.t);
  spent_.wall = std::max(spent_.wall, event.t - first_t_);
}

TimeSpent TimeAccount::spent() const { return spent_; }

}  // namespace surefoot::runs
