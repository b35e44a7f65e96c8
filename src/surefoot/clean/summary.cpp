#include "surefoot/clean/summary.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "surefoot/base/escape.h"
#include "surefoot/base/units.h"
#include "surefoot/clean/issue.h"
#include "surefoot/version.h"

namespace surefoot::clean {
namespace {

void count_severity(Severity severity, uint64_t& high, uint64_t& medium, uint64_t& low) {
  ++(severity == Severity::kHigh ? high : severity == Severity::kMedium ? medium : low);
}

void count_issues(const CleanResults& results, CleanSummary& summary) {
  using Worst = std::unordered_map<std::string_view, Severity>;
  std::map<std::string_view, Worst> by_issue;
  for (const Finding& finding : results.findings) {
    Severity& worst = by_issue[finding.issue].try_emplace(finding.path, finding.severity).first->second;
    worst = std::max(worst, finding.severity);
  }
  for (const IssueInfo& info : all_issues()) {
    const auto found = by_issue.find(info.id);
    if (found == by_issue.end()) continue;
    IssueCount count{.issue = std::string(info.id), .pictures = found->second.size()};
    for (const auto& [path, severity] : found->second) count_severity(severity, count.high, count.medium, count.low);
    summary.issues.push_back(count);
  }
}

void count_files(const Collection& collection, const CleanResults& results, CleanSummary& summary) {
  std::unordered_map<std::string_view, Severity> worst;
  std::unordered_set<std::string_view> leaked;
  for (const Finding& finding : results.findings) {
    Severity& severity = worst.try_emplace(finding.path, finding.severity).first->second;
    severity = std::max(severity, finding.severity);
    if (finding.issue == "leak") leaked.insert(finding.path);
  }
  for (const Picture& picture : collection.pictures) {
    if (picture.reference) {
      ++summary.references;
      continue;
    }
    ++summary.files;
    summary.pictures += is_picture(picture) ? 1 : 0;
    if (picture.part != Part::kTrain && is_picture(picture)) {
      ++summary.held_out;
      summary.leaked += leaked.contains(picture.path) ? 1 : 0;
    }
    const auto found = worst.find(picture.path);
    found == worst.end() ? static_cast<void>(++summary.without)
                         : count_severity(found->second, summary.high, summary.medium, summary.low);
  }
}

void count_classes(const Collection& collection, const CleanResults& results, CleanSummary& summary) {
  std::vector<bool> is_copy(collection.pictures.size());
  for (const CopyGroup& group : results.groups) {
    ++summary.groups;
    for (const CopyMember& member : group.members) {
      is_copy[member.picture] = true;
      ++(member.level == CopyLevel::kEdited ? summary.edited_copies : summary.exact_copies);
    }
  }
  for (const std::string& name : collection.classes) summary.classes.push_back({name});
  for (size_t i = 0; i < collection.pictures.size(); ++i) {
    const Picture& picture = collection.pictures[i];
    if (picture.label < 0 || !is_picture(picture)) continue;
    auto& count = summary.classes[static_cast<size_t>(picture.label)];
    ++count.pictures;
    count.without_copies += is_copy[i] ? 0 : 1;
  }
}

/// `"key": value` lines between braces or brackets.
class JsonLines {
 public:
  explicit JsonLines(std::string indent) : indent_(std::move(indent)) {}
  void add(const std::string& key, const std::string& json) { item(json_string(key) + ": " + json); }
  void add(const std::string& key, uint64_t value) { add(key, std::to_string(value)); }
  void add(const std::string& key, double value) { add(key, format_number(value)); }
  void item(const std::string& json) { text_ += (text_.empty() ? "\n" : ",\n") + indent_ + "  " + json; }
  std::string object() const { return text_.empty() ? "{}" : "{" + text_ + "\n" + indent_ + "}"; }
  std::string array() const { return text_.empty() ? "[]" : "[" + text_ + "\n" + indent_ + "]"; }

 private:
  std::string indent_, text_;
};

std::string strings_json(const std::vector<std::string>& texts) {
  JsonLines lines("  ");
  for (const std::string& text : texts) lines.item(json_string(text));
  return lines.array();
}

std::string severities(uint64_t high, uint64_t medium, uint64_t low) {
  return "\"high\": " + std::to_string(high) + ", \"medium\": " + std::to_string(medium) +
         ", \"low\": " + std::to_string(low);
}

double share_of(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

const IssueCount* CleanSummary::find(const std::string& issue) const {
  const auto found =
      std::find_if(issues.begin(), issues.end(), [&](const IssueCount& each) { return each.issue == issue; });
  return found == issues.end() ? nullptr : &*found;
}

bool is_picture(const Picture& picture) { return picture.facts.format != image::Format::kUnknown; }

CleanSummary summarise(const Collection& collection, const CleanResults& results) {
  CleanSummary summary;
  count_issues(results, summary);
  count_files(collection, results, summary);
  count_classes(collection, results, summary);
  return summary;
}

std::string to_json(const CleanSummary& summary,
                    const Collection& collection,
                    const CleanResults& results,
                    const RunFacts& facts) {
  JsonLines all("");
  all.add("surefoot", json_string(kVersion));
  all.add("command", json_string(facts.command));
  all.add("root", json_string(collection.root));
  all.add("files", summary.files);
  all.add("pictures", summary.pictures);
  all.add("reference_files", summary.references);
  JsonLines issues("  ");
  for (const IssueCount& each : summary.issues) {
    issues.add(each.issue, "{\"pictures\": " + std::to_string(each.pictures) + ", " +
                               severities(each.high, each.medium, each.low) + "}");
  }
  all.add("issues", issues.object());
  all.add("severity", "{" + severities(summary.high, summary.medium, summary.low) +
                          ", \"none\": " + std::to_string(summary.without) + "}");
  JsonLines classes("  ");
  for (const auto& each : summary.classes) {
    classes.add(each.name, "{\"pictures\": " + std::to_string(each.pictures) +
                               ", \"without_copies\": " + std::to_string(each.without_copies) + "}");
  }
  all.add("classes", classes.object());
  all.add("duplicates", "{\"groups\": " + std::to_string(summary.groups) +
                            ", \"exact\": " + std::to_string(summary.exact_copies) +
                            ", \"edited\": " + std::to_string(summary.edited_copies) + "}");
  all.add("leak", "{\"pictures\": " + std::to_string(summary.leaked) + ", \"of\": " + std::to_string(summary.held_out) +
                      ", \"share\": " + format_number(share_of(summary.leaked, summary.held_out)) + "}");
  all.add("checks", strings_json(facts.checks));
  all.add("sandbox", json_string(facts.sandbox));
  all.add("seconds", facts.seconds);
  all.add("images_per_second",
          facts.seconds > 0 ? static_cast<double>(summary.files + summary.references) / facts.seconds : 0);
  all.add("measured", facts.measured);
  all.add("from_store", facts.from_store);
  all.add("notes", strings_json(results.notes));
  all.add("warnings", strings_json(facts.warnings));
  all.add("missing_shards", strings_json(facts.missing_shards));
  JsonLines more("  ");
  for (const auto& [key, json] : results.facts) more.add(key, json);
  all.add("facts", more.object());
  return all.object() + "\n";
}

}  // namespace surefoot::clean
