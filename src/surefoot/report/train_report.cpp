#include "surefoot/report/train_report.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "surefoot/base/escape.h"
#include "surefoot/base/files.h"
#include "surefoot/base/units.h"
#include "surefoot/report/chart.h"
#include "surefoot/report/html.h"

namespace surefoot::report {
namespace {

std::string percent_or_dash(double share) {
  return std::isfinite(share) && share >= 0 ? figure_text(share, Figures::kPercent) : "–";
}

std::string tile(std::string_view css, const std::string& value, std::string_view name, const std::string& note = "") {
  return "<div class=\"" + std::string(css) + "\"><span>" + escape_html(name) + "</span><b>" + escape_html(value) +
         "</b>" + (note.empty() ? std::string() : "<small>" + escape_html(note) + "</small>") + "</div>\n";
}

std::string utc(double seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  char text[64] = "";
  if (std::isfinite(seconds) && seconds > 0 && gmtime_r(&time, &parts) != nullptr)
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

/// x in epochs where the length of an epoch is known, in steps otherwise.
struct Axis {
  double steps_per_epoch;
  double at(int64_t step) const {
    return steps_per_epoch > 0 ? static_cast<double>(step) / steps_per_epoch : static_cast<double>(step);
  }
  std::string label() const { return steps_per_epoch > 0 ? "epoch" : "step"; }
};

Series of_steps(
    const runs::RunRecord& run, const Axis& axis, double runs::StepPoint::*field, const std::string& name, int color) {
  Series series{.name = name, .color = color};
  for (const auto& point : run.steps) series.points.emplace_back(axis.at(point.step), point.*field);
  return series;
}

Series of_evals(const std::vector<runs::EvalPoint>& evals,
                const Axis& axis,
                double runs::EvalPoint::*field,
                const std::string& name,
                int color) {
  Series series{.name = name, .color = color};
  for (const auto& point : evals) series.points.emplace_back(axis.at(point.step), point.*field);
  return series;
}

/// The measured values faint, their moving average on top.
void add_smoothed(std::vector<Series>& all, Series series) {
  Series smooth = series;
  smooth.points = smoothed(series.points, series.points.size() > 40 ? 0.9 : 0.6);
  series.faint = true;
  all.push_back(std::move(series));
  all.push_back(std::move(smooth));
}

double best_of(const std::vector<runs::EvalPoint>& evals, double runs::EvalPoint::*field) {
  double best = NAN;
  for (const auto& point : evals) best = std::isfinite(best) ? std::max(best, point.*field) : point.*field;
  return best;
}

/// Empty where nothing was lost.
std::string effective_share(const runs::TimeSpent& time) {
  const double share = time.effective();
  return share < 0.9995 ? ", " + percent_or_dash(share) + " of the time effective" : "";
}

}  // namespace

std::string head_part(const TrainReport& report) {
  const runs::RunRecord& run = report.run;
  const runs::Event& start = run.started;
  const std::string model = start.text("model"), data = start.text("data");
  const std::string title =
      !report.title.empty() ? report.title
                            : (model.empty() ? "Training run" : model) + (data.empty() ? "" : " on " + base_name(data));
  const bool interrupted = !run.is_finished() && !run.incidents.empty() && run.incidents.back().event == "interrupted";
  std::string state = run.is_finished() ? "<span class=\"chip good\">finished</span>"
                      : interrupted     ? "<span class=\"chip warn\">interrupted</span>"
                                        : "<span class=\"chip warn\">not finished</span>";
  if (run.account.rehearsed()) state += "<span class=\"chip warn\">faults were rehearsed</span>";
  std::string facts = run.finished.text("reason");
  for (const std::string& fact : {start.text("device"), start.text("precision"), utc(run.last_t)}) {
    if (!fact.empty()) facts += (facts.empty() ? "" : " · ") + fact;
  }
  std::string out = "<header><div class=\"brand\">surefoot</div><h1>" + escape_html(title) + "</h1>" + state +
                    "<span class=\"soft\">" + escape_html(facts) + "</span></header>\n";

  const runs::EvalPoint* best = run.best();
  const auto whole = [&](const char* name) { return static_cast<int64_t>(start.number(name)); };
  out += "<div class=\"tiles\">\n";
  const bool is_ema =
      best != nullptr && best >= run.ema_evals.data() && best < run.ema_evals.data() + run.ema_evals.size();
  out += tile("tile main", percent_or_dash(best ? best->top1 : NAN), "top-1 accuracy",
              best ? "epoch " + std::to_string(best->epoch) + (is_ema ? ", averaged weights" : "") : "");
  out += tile("tile", percent_or_dash(best ? best->top5 : NAN), "top-5 accuracy",
              best ? "loss " + figure_text(best->loss, Figures::kNumber) : "");
  out += tile(
      "tile", std::to_string(report.classes.empty() ? whole("classes") : static_cast<int64_t>(report.classes.size())),
      "classes", std::to_string(whole("train_pictures")) + " + " + std::to_string(whole("val_pictures")) + " pictures");
  const double seconds = run.finished.number("seconds", std::max(0.0, run.last_t - run.first_t));
  out += tile(
      "tile", format_duration(seconds), "training time",
      std::to_string(run.steps.empty() ? 0 : run.steps.back().step) + " steps" + effective_share(run.account.spent()));
  const double rate =
      run.finished.number("images_per_second", run.steps.empty() ? NAN : run.steps.back().images_per_second);
  if (std::isfinite(rate)) out += tile("tile", figure_text(rate, Figures::kNumber), "images per second");
  const double peak = run.finished.number("peak_memory_bytes");
  if (peak > 0) out += tile("tile", figure_text(peak, Figures::kBytes), "peak memory");
  return out + "</div>\n";
}

std::string curves_part(const TrainReport& report) {
  const runs::RunRecord& run = report.run;
  const Axis axis{run.started.number("steps_per_epoch")};
  const std::string x = axis.label();
  std::string charts;

  std::vector<Series> accuracy{of_evals(run.evals, axis, &runs::EvalPoint::top1, "top-1", 1),
                               of_evals(run.ema_evals, axis, &runs::EvalPoint::top1, "top-1, averaged weights", 2)};
  // Top-5 says nothing about five classes or fewer; of two nearly equal lines one is enough.
  if (run.started.number("classes", 99) > 5)
    accuracy.push_back(of_evals(run.evals, axis, &runs::EvalPoint::top5, "top-5", 3));
  charts += line_chart(accuracy, {.title = "Validation accuracy", .x_label = x, .figures = Figures::kPercent});
  std::vector<Series> loss;
  add_smoothed(loss, of_steps(run, axis, &runs::StepPoint::loss, "training", 1));
  loss.push_back(of_evals(run.evals, axis, &runs::EvalPoint::loss, "validation", 2));
  loss.push_back(of_evals(run.ema_evals, axis, &runs::EvalPoint::loss, "validation, averaged weights", 4));
  charts += line_chart(loss, {.title = "Loss", .x_label = x, .log_y = true});
  charts += line_chart({of_steps(run, axis, &runs::StepPoint::lr, "learning rate", 4)},
                       {.title = "Learning rate", .x_label = x, .from_zero = true});
  std::vector<Series> norm;
  add_smoothed(norm, of_steps(run, axis, &runs::StepPoint::grad_norm, "gradient norm", 2));
  charts += line_chart(norm, {.title = "Gradient norm", .x_label = x, .log_y = true});
  std::vector<Series> speed;
  add_smoothed(speed, of_steps(run, axis, &runs::StepPoint::images_per_second, "images per second", 3));
  charts += line_chart(speed, {.title = "Speed", .x_label = x, .from_zero = true});
  charts += line_chart({of_steps(run, axis, &runs::StepPoint::data_wait, "share of the time", 2)},
                       {.title = "Waiting for data", .x_label = x, .figures = Figures::kPercent, .from_zero = true});
  charts += line_chart({of_steps(run, axis, &runs::StepPoint::memory_bytes, "tensors", 1),
                        of_steps(run, axis, &runs::StepPoint::rss_bytes, "whole process", 3)},
                       {.title = "Memory", .x_label = x, .figures = Figures::kBytes, .from_zero = true});
  if (charts.empty()) return "";
  std::string intro = "What was measured while it learned.";
  const double top1 = best_of(run.evals, &runs::EvalPoint::top1),
               averaged = best_of(run.ema_evals, &runs::EvalPoint::top1);
  if (std::isfinite(top1) && std::isfinite(averaged)) {
    intro +=
        " The averaged weights reach " + percent_or_dash(averaged) + ", the plain ones " + percent_or_dash(top1) + ".";
  }
  return section("Curves", intro, "<div class=\"charts\">" + charts + "</div>");
}

std::string render_train_report(const TrainReport& report) {
  const std::string model = report.run.started.text("model");
  const std::string version = report.run.started.text("version");
  const std::string body = head_part(report) + curves_part(report) + mistakes_part(report) + confusion_part(report) +
                           classes_part(report) + incidents_part(report) + use_part(report) + recipe_part(report) +
                           "<footer>surefoot " + escape_html(version) +
                           " · this page is complete in itself: it loads nothing and runs nothing</footer>\n";
  return html_page(!report.title.empty() ? report.title : (model.empty() ? "Training run" : model) + " – surefoot",
                   body);
}

}  // namespace surefoot::report
