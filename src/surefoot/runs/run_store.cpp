#include "surefoot/runs/run_store.h"

#include <algorithm>
#include <cmath>

#include "surefoot/runs/event_log.h"

namespace surefoot::runs {
namespace {

template <class Point>
void append_point(std::vector<Point>& series, Point point) {
  while (!series.empty() && series.back().step >= point.step) series.pop_back();
  series.push_back(std::move(point));
}

StepPoint step_point(const Event& e) {
  const auto number = [&](const char* name) { return e.number(name, NAN); };
  return {.step = e.step,
          .epoch = number("epoch"),
          .loss = number("loss"),
          .lr = number("lr"),
          .grad_norm = number("grad_norm"),
          .images_per_second = number("images_per_second"),
          .data_wait = number("data_wait"),
          .memory_bytes = number("memory_bytes"),
          .rss_bytes = number("rss_bytes")};
}

EvalPoint eval_point(const Event& e) {
  const auto whole = [&](const char* name) { return static_cast<int64_t>(e.number(name)); };
  return {.step = e.step,
          .epoch = whole("epoch"),
          .pictures = whole("pictures"),
          .bad = whole("bad"),
          .top1 = e.number("top1", NAN),
          .top5 = e.number("top5", NAN),
          .loss = e.number("loss", NAN),
          .seconds = e.number("seconds")};
}

/// Empty where the event is nothing to tell of.
std::string incident_message(const Event& e) {
  if (e.event == "warning" || e.event == "checkpoint_failed") return e.text("message");
  if (e.event == "checkpoint_damaged") return e.text("file") + ": " + e.text("why");
  if (e.event == "recipe_changed") return e.text("key") + ": " + e.text("before") + " -> " + e.text("after");
  if (e.event == "run_resumed") return "from " + e.text("from");
  if (e.event == "crashed") return e.text("what") + "; " + e.text("why");
  if (e.event == "restarted")
    return "restart " + e.text("reason") + ", from " +
           (e.number("from") < 0 ? "the start" : "step " + std::to_string(static_cast<int64_t>(e.number("from"))));
  if (e.event == "chaos") return "rehearsed: " + e.text("why");
  if (e.event == "interrupted") return e.text("signal");
  if (e.event == "early_stop") return e.text("reason");
  if (e.event == "scaler" && e.text("reason") == "overflow") return "fp16 overflow: the step was skipped";
  return "";
}

template <class Point>
void drop_after(std::vector<Point>& series, int64_t step) {
  while (!series.empty() && series.back().step > step) series.pop_back();
}

}  // namespace

const EvalPoint* RunRecord::best() const {
  const EvalPoint* best = nullptr;
  for (const auto* series : {&evals, &ema_evals}) {
    for (const EvalPoint& point : *series) {
      if (best == nullptr || point.top1 > best->top1) best = &point;
    }
  }
  return best;
}

void RunRecorder::add(const Event& e) {
  RunRecord& r = record_;
  if (r.first_t == 0) r.first_t = e.t;
  r.last_t = std::max(r.last_t, e.t);
  ++r.counts[e.event];
  r.account.add(e);
  if (e.event == "step") {
    append_point(r.steps, step_point(e));
  } else if (e.event == "eval") {
    append_point(e.text("weights") == "ema" ? r.ema_evals : r.evals, eval_point(e));
  } else if (e.event == "run_started") {
    r.started = e;
    r.finished = {};
    // The process goes on at this step: what an earlier one did beyond it is done again.
    drop_after(r.steps, e.step), drop_after(r.evals, e.step), drop_after(r.ema_evals, e.step);
  } else if (e.event == "run_finished") {
    r.finished = e;
  } else if (e.event == "checkpoint") {
    r.checkpoints.push_back({.step = e.step,
                             .bytes = static_cast<int64_t>(e.number("bytes")),
                             .file = e.text("file"),
                             .kinds = e.text("kinds"),
                             .seconds = e.number("seconds")});
  } else if (e.event == "bad_picture") {
    const std::string path = e.text("path");
    if (bad_paths_.insert(path).second) r.bad_pictures.push_back({path, e.text("why")});
  } else if (e.event == "resolved") {
    std::erase_if(r.resolved, [&](const Event& earlier) { return earlier.text("key") == e.text("key"); });
    r.resolved.push_back(e);
  }
  if (const std::string message = incident_message(e); !message.empty())
    r.incidents.push_back({.t = e.t, .step = e.step, .event = e.event, .message = message});
}

RunRecord read_run(Files& files, const std::string& events_path) {
  RunRecorder recorder;
  const int64_t damaged = read_events(files, events_path, [&](const Event& event) { recorder.add(event); });
  RunRecord record = recorder.take();
  record.damaged_lines = damaged;
  return record;
}

}  // namespace surefoot::runs
