#include "surefoot/cli/clean_page.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <unordered_map>

#include "surefoot/base/files.h"
#include "surefoot/base/units.h"
#include "surefoot/clean/issue.h"
#include "surefoot/clean/output_rows.h"
#include "surefoot/clean/settled.h"
#include "surefoot/runs/console_text.h"

namespace surefoot::cli {
namespace {

using report::CleanReport;
using report::CleanRow;

/// Which pictures have a row: position in the collection -> row.
std::vector<uint32_t> rows_of(const clean::Collection& collection,
                              const clean::CleanResults& results,
                              std::vector<int64_t>& row_of_picture) {
  std::unordered_map<std::string_view, uint32_t> position;
  std::vector<bool> has_row(collection.pictures.size());
  for (uint32_t i = 0; i < collection.pictures.size(); ++i) {
    if (!collection.pictures[i].reference) position.emplace(collection.pictures[i].path, i);
  }
  for (const clean::Finding& finding : results.findings) {
    if (const auto at = position.find(finding.path); at != position.end()) has_row[at->second] = true;
  }
  for (const clean::CopyGroup& group : results.groups) {
    has_row[group.kept] = true;
    for (const clean::CopyMember& member : group.members) has_row[member.picture] = true;
  }
  for (const clean::SpotCheck& check : results.spot_checks) has_row[check.picture] = true;
  std::vector<uint32_t> pictures;
  row_of_picture.assign(collection.pictures.size(), -1);
  for (uint32_t i = 0; i < collection.pictures.size(); ++i) {
    if (!has_row[i]) continue;
    row_of_picture[i] = static_cast<int64_t>(pictures.size());
    pictures.push_back(i);
  }
  return pictures;
}

/// What was decided of the file; its word on the file as a whole before one on an issue.
std::string decision_on(const clean::DecisionLookup& lookup, const clean::Picture& picture) {
  const clean::Decision* chosen = nullptr;
  for (const clean::Decision* each : lookup.of(picture)) {
    if (chosen == nullptr || std::tie(each->issue, each->path) < std::tie(chosen->issue, chosen->path)) chosen = each;
  }
  return chosen == nullptr ? "" : clean::choice_name(chosen->choice);
}

CleanRow row_of(const clean::Collection& collection, const clean::Picture& picture) {
  const index::PictureFacts& facts = picture.facts;
  const double share = facts.measured ? facts.resolution.effective_share : 1;
  return {.path = picture.path,
          .label = clean::class_name(collection, picture),
          .part = picture.reference      ? "reference"
                  : collection.has_parts ? clean::part_name(picture.part)
                                         : "",
          .content = picture.content,
          .width = facts.width,
          .height = facts.height,
          .effective_width = static_cast<int>(std::lround(facts.width * share)),
          .effective_height = static_cast<int>(std::lround(facts.height * share)),
          .jpeg_quality = facts.jpeg_quality,
          .size_bytes = picture.size_bytes};
}

void add_groups(const clean::CleanResults& results, const std::vector<int64_t>& row_of_picture, CleanReport& report) {
  for (size_t g = 0; g < results.groups.size(); ++g) {
    const clean::CopyGroup& group = results.groups[g];
    const auto number = static_cast<int>(g);
    report.groups.emplace_back(number, group.reason);
    CleanRow& kept = report.rows[static_cast<size_t>(row_of_picture[group.kept])];
    kept.group = number, kept.kept = true, kept.group_score = 1;
    for (const clean::CopyMember& member : group.members) {
      CleanRow& row = report.rows[static_cast<size_t>(row_of_picture[member.picture])];
      row.group = number, row.group_score = member.score, row.group_kind = clean::copy_name(member);
    }
  }
}

void add_issues(const clean::CleanResults& results, CleanReport& report) {
  std::unordered_map<std::string_view, CleanRow*> by_path;
  for (CleanRow& row : report.rows) {
    if (row.part != "reference") by_path.emplace(row.path, &row);
  }
  for (const clean::Finding& finding : results.findings) {
    const auto row = by_path.find(finding.path);
    if (row == by_path.end()) continue;  // of a class: the table of classes has it
    row->second->issues.push_back(
        {finding.issue, clean::severity_name(finding.severity), finding.related, finding.detail, finding.score});
  }
}

}  // namespace

CleanReport report_of(const clean::Collection& collection,
                      const clean::CleanResults& results,
                      const clean::CleanSummary& summary,
                      const clean::RunFacts& facts,
                      const std::vector<clean::Decision>& decisions) {
  CleanReport report;
  report.root = std::filesystem::absolute(collection.root).lexically_normal().string();
  report.title = base_name(report.root);
  report.pictures = summary.pictures;
  report.files = summary.files;
  for (const clean::IssueInfo& issue : clean::all_issues()) {
    // "No finding" is a claim that only a check which ran can make.
    if (std::ranges::find(facts.checks, issue.check) == facts.checks.end()) continue;
    report.kinds.push_back({std::string(issue.id), std::string(issue.title), std::string(issue.summary)});
  }
  std::vector<int64_t> row_of_picture;
  const auto pictures = std::make_shared<std::vector<uint32_t>>(rows_of(collection, results, row_of_picture));
  const clean::DecisionLookup lookup(decisions);
  for (const uint32_t i : *pictures) {
    report.rows.push_back(row_of(collection, collection.pictures[i]));
    report.rows.back().decision = decision_on(lookup, collection.pictures[i]);
  }
  add_groups(results, row_of_picture, report);
  add_issues(results, report);
  for (const auto& each : summary.classes) report.classes.push_back({each.name, {each.pictures, each.without_copies}});
  for (const clean::ScoreHistogram& each : results.histograms) {
    report.histograms.push_back(
        {each.issue, each.label, each.low, each.high, each.threshold, each.below_is_bad, each.counts});
  }
  for (const clean::SpotCheck& each : results.spot_checks)
    report.spot_checks.push_back({static_cast<uint32_t>(row_of_picture[each.picture]), each.random, each.edge});
  report.notes = results.notes;
  report.notes.insert(report.notes.end(), facts.warnings.begin(), facts.warnings.end());
  report.facts = {{"command", facts.command},
                  {"sandbox", facts.sandbox},
                  {"time", format_duration(facts.seconds)},
                  {"measured", runs::with_commas(static_cast<int64_t>(facts.measured)) + " files, " +
                                   runs::with_commas(static_cast<int64_t>(facts.from_store)) + " known"}};
  report.thumbnail = [&collection, pictures](size_t row) { return collection.view((*pictures)[row]).thumbnail; };
  return report;
}

}  // namespace surefoot::cli
