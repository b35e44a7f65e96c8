#include "surefoot/cli/clean_summary.h"

#include <algorithm>
#include <cmath>

#include "surefoot/base/escape.h"
#include "surefoot/base/files.h"
#include "surefoot/base/units.h"
#include "surefoot/runs/console_text.h"

namespace surefoot::cli {
namespace {

std::string count_text(uint64_t count) { return runs::with_commas(static_cast<int64_t>(count)); }

std::string right(const std::string& text, size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}
std::string left(const std::string& text, size_t width) {
  return text + std::string(text.size() < width ? width - text.size() : 0, ' ');
}

std::string table(const clean::CleanSummary& summary) {
  std::string text = left("issue", 18) + right("pictures", 10) + right("share", 9) + "  severity\n";
  for (const clean::IssueCount& each : summary.issues) {
    const double share =
        summary.files == 0 ? 0 : static_cast<double>(each.pictures) / static_cast<double>(summary.files);
    const bool of_classes = each.issue == "imbalance";
    text += left(each.issue, 18) + right(count_text(each.pictures), 10) +
            right(of_classes ? "classes" : runs::percent(share, 1), 9) + "  " +
            (each.high > 0     ? "high"
             : each.medium > 0 ? "medium"
                               : "low") +
            "\n";
  }
  return text;
}

std::string quoted(std::vector<std::string> words) {
  Arguments arguments;
  arguments.raw = std::move(words);
  return command_line(arguments);
}

std::string next_command(const CleanRequest& request,
                         const clean::CleanSummary& summary,
                         const clean::CleanResults& results,
                         bool applied) {
  if (!applied && summary.high > 0) {
    return quoted({"clean", request.root, "--out", request.out, "--apply"}) + "   (moves " + count_text(summary.high) +
           " files of severity high to a quarantine; --undo brings them back)";
  }
  if (results.sampler_weights.empty()) return quoted({"train", request.root});
  return quoted({"train", request.root, "--set", "data.sampler_file=" + join_path(request.out, "sampler.csv")});
}

}  // namespace

std::string summary_text(const CleanRequest& request,
                         const clean::CleanSummary& summary,
                         const clean::CleanResults& results,
                         const clean::RunFacts& facts,
                         bool applied) {
  std::string text = count_text(summary.files) + " files, " + count_text(summary.pictures) + " of them pictures, " +
                     count_text(summary.classes.size()) + " classes; " + format_duration(facts.seconds) + " (" +
                     count_text(facts.measured) + " measured, " + count_text(facts.from_store) + " known)\n";
  if (summary.references > 0) text += "compared with " + count_text(summary.references) + " reference files\n";
  text += summary.issues.empty() ? "\nnothing was found\n" : "\n" + table(summary);
  if (!results.notes.empty()) text += "\n";
  for (const std::string& note : results.notes) text += "  " + escape_terminal(note) + "\n";
  text += "\nreport   " + escape_terminal(join_path(request.out, "report.html")) + "\n";
  text += "next     " + escape_terminal(next_command(request, summary, results, applied)) + "\n";
  return text;
}

bool fails(const std::vector<std::string>& fail_on, const clean::CleanSummary& summary) {
  uint64_t low = 0, medium = 0, high = 0;
  for (const clean::IssueCount& each : summary.issues) low += each.low, medium += each.medium, high += each.high;
  return std::any_of(fail_on.begin(), fail_on.end(), [&](const std::string& word) {
    if (word == "low") return low + medium + high > 0;
    if (word == "medium") return medium + high > 0;
    if (word == "high") return high > 0;
    return summary.find(word) != nullptr;
  });
}

}  // namespace surefoot::cli
