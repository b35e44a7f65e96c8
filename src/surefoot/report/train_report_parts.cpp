// The parts of the page that are made of tables and pictures.
#include <algorithm>
#include <cmath>

#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"
#include "surefoot/report/chart.h"
#include "surefoot/report/html.h"
#include "surefoot/report/thumbnail.h"
#include "surefoot/report/train_report.h"

namespace surefoot::report {
namespace {

constexpr size_t kHeatMapClasses = 30, kConfusionRows = 12, kClassRows = 40, kBadPictureRows = 200, kIncidentRows = 100;

std::string class_name(const TrainReport& report, int64_t label) {
  if (label < 0 || label >= static_cast<int64_t>(report.classes.size())) return "class " + std::to_string(label);
  return report.classes[static_cast<size_t>(label)];
}

std::string in_words(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string list_text(const std::vector<double>& values) {
  std::string out;
  for (const double value : values) out += (out.empty() ? "" : ", ") + format_number(value);
  return out;
}

/// Empty where nothing was lost.
std::string lost_time(const runs::TimeSpent& time) {
  if (time.effective() >= 0.9995) return "";
  std::string text =
      figure_text(time.effective(), Figures::kPercent) + " of the wall time made progress that was kept. Lost:";
  for (const auto& [seconds, what] : {std::pair{time.restarts, " between processes (crashes, stops, starts)"},
                                      {time.repeated, " in steps that were done again"},
                                      {time.paused, " resting"}}) {
    if (seconds > 0) text += (text.ends_with(":") ? " " : ", ") + format_duration(seconds) + what;
  }
  return "<p>" + escape_html(text) + ".</p>";
}

}  // namespace

std::string confusion_part(const TrainReport& report) {
  const size_t classes = report.classes.size();
  if (report.confusion.empty() || classes == 0) return "";
  const auto figures = class_figures(report.confusion, classes);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [cell, count] : top_confusions(report.confusion, classes, kConfusionRows)) {
    const double share =
        static_cast<double>(count) / static_cast<double>(figures[static_cast<size_t>(cell.first)].pictures);
    rows.push_back({escape_html(class_name(report, cell.first)), escape_html(class_name(report, cell.second)),
                    std::to_string(count), figure_text(share, Figures::kPercent)});
  }
  const auto shown = most_confused(report.confusion, classes, kHeatMapClasses);
  std::string intro = "Validation pictures by true class (rows) and predicted class (columns), best weights.";
  if (shown.size() < classes)
    intro += " Of " + std::to_string(classes) + " classes the " + std::to_string(shown.size()) +
             " with the most mistakes are drawn.";
  const std::string pairs = rows.empty() ? "<p class=\"soft\">No picture was taken for another class.</p>"
                                         : table({"true", "taken for", "pictures#", "of its class#"}, rows);
  return section("Confusions", intro,
                 "<div class=\"two\"><div>" + heat_map(report.confusion, report.classes, shown) + "</div><div>" +
                     pairs + "</div></div>");
}

std::string classes_part(const TrainReport& report) {
  if (report.confusion.empty() || report.classes.empty()) return "";
  auto figures = class_figures(report.confusion, report.classes.size());
  std::stable_sort(figures.begin(), figures.end(), [](const ClassFigures& a, const ClassFigures& b) {
    const double x = std::isfinite(a.f1()) ? a.f1() : 2, y = std::isfinite(b.f1()) ? b.f1() : 2;
    return x < y;
  });
  std::vector<std::vector<std::string>> first, rest;
  for (const ClassFigures& f : figures) {
    (first.size() < kClassRows ? first : rest)
        .push_back({escape_html(class_name(report, f.label)), std::to_string(f.pictures), meter(f.recall()),
                    meter(f.precision()), meter(f.f1())});
  }
  const std::vector<std::string> headers = {"class", "pictures#", "recall", "precision", "F1"};
  std::string content = table(headers, first);
  if (!rest.empty()) content += details("The other " + std::to_string(rest.size()) + " classes", table(headers, rest));
  return section(
      "Classes",
      "Weakest first. Recall: share of a class's pictures that were found; precision: share of the predictions of a class that were right.",
      content);
}

std::string mistakes_part(const TrainReport& report) {
  std::string cards;
  for (const WorstMistake& mistake : report.worst) {
    const std::string picture = is_thumbnail(mistake.thumbnail)
                                    ? "<img alt=\"\" loading=\"lazy\" src=\"" + mistake.thumbnail + "\">"
                                    : "no picture";
    cards += "<div class=\"shot\"><div class=\"pic\">" + picture + "</div><p><span class=\"said\">" +
             shortened(class_name(report, mistake.predicted), 40) + "</span> " +
             figure_text(mistake.confidence, Figures::kPercent) + "<br>is <span class=\"is\">" +
             shortened(class_name(report, mistake.label), 40) + "</span><span class=\"path\">" +
             escape_html(mistake.path) + "</span></p></div>\n";
  }
  if (cards.empty()) return "";
  return section(
      "Worst mistakes",
      "Validation pictures that the model is surest and most wrong about. A wrong label is as likely here as a hard picture: look at them first.",
      "<div class=\"gallery\">" + cards + "</div>");
}

std::string incidents_part(const TrainReport& report) {
  const runs::RunRecord& run = report.run;
  std::string content = lost_time(run.account.spent());
  std::vector<std::vector<std::string>> rows;
  for (const auto& incident : run.incidents) {
    if (rows.size() == kIncidentRows) break;
    rows.push_back(
        {std::to_string(incident.step), escape_html(in_words(incident.event)), escape_html(incident.message)});
  }
  if (!rows.empty()) content += table({"step#", "what", "why"}, rows);
  if (run.incidents.size() > rows.size())
    content +=
        "<p class=\"soft\">" + std::to_string(run.incidents.size() - rows.size()) + " more are in events.jsonl.</p>";
  rows.clear();
  for (const auto& bad : run.bad_pictures) {
    if (rows.size() == kBadPictureRows) break;
    rows.push_back({escape_html(bad.path), escape_html(bad.why)});
  }
  if (!rows.empty())
    content += details(std::to_string(run.bad_pictures.size()) + " pictures that cannot be read (skipped)",
                       table({"picture", "why"}, rows));
  rows.clear();
  for (const auto& e : run.resolved)
    rows.push_back(
        {"<code>" + escape_html(e.text("key")) + "</code>", escape_html(e.text("value")), escape_html(e.text("why"))});
  if (!rows.empty()) content += details("What was decided automatically", table({"value", "decided", "why"}, rows));
  if (run.damaged_lines > 0)
    content += "<p class=\"soft\">" + std::to_string(run.damaged_lines) +
               " lines of the event log are damaged and were left out.</p>";
  return section("What happened", "Everything that the program did on its own, or that went wrong.", content);
}

std::string use_part(const TrainReport& report) {
  const EvalRule& rule = report.eval;
  std::vector<std::vector<std::string>> rows;
  if (rule.crop > 0) {
    rows.push_back({"resize", "short side to " + std::to_string(rule.resize) + " px, " +
                                  escape_html(rule.interpolation) + ", antialiased"});
    rows.push_back({"crop", "centre, " + std::to_string(rule.crop) + " × " + std::to_string(rule.crop) + " px"});
    rows.push_back({"normalise",
                    "pixels / 255, minus mean (" + list_text(rule.mean) + "), over std (" + list_text(rule.std) + ")"});
    rows.push_back(
        {"weights", "<code>checkpoints/best.safetensors</code>; this rule and the class names are in its metadata"});
  }
  for (const auto& [name, value] : report.facts) rows.push_back({escape_html(name), escape_html(value)});
  if (rows.empty()) return "";
  return section("Using the model", "Pictures must be prepared as in evaluation, or accuracy is lost without a word.",
                 table({"", ""}, rows));
}

std::string recipe_part(const TrainReport& report) {
  std::string content;
  std::vector<std::vector<std::string>> rows;
  for (const RecipeChoice& choice : report.choices) {
    rows.push_back({"<code>" + escape_html(choice.key) + "</code>", escape_html(choice.value),
                    "<span class=\"soft\">" + escape_html(choice.fallback) + "</span>"});
  }
  if (!rows.empty()) content += table({"value", "this run", "default"}, rows);
  if (!report.recipe_yaml.empty()) {
    // Line by line: `printable` would turn the line breaks into text.
    std::string text;
    for (size_t begin = 0; begin < report.recipe_yaml.size();) {
      const size_t end = std::min(report.recipe_yaml.find('\n', begin), report.recipe_yaml.size());
      text += escape_html(std::string_view(report.recipe_yaml).substr(begin, end - begin)) + "\n";
      begin = end + 1;
    }
    content += details("The whole recipe (recipe.yaml)", "<pre>" + text + "</pre>");
  }
  return section("Recipe", rows.empty() ? "" : "What differs from the defaults.", content);
}

}  // namespace surefoot::report
