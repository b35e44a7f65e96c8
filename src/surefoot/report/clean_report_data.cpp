#include "surefoot/report/clean_report_data.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "surefoot/base/escape.h"
#include "surefoot/report/html.h"

namespace surefoot::report {
namespace {

/// Infinities and NaN are no JSON.
std::string number(double value) {
  if (!std::isfinite(value)) return "null";
  char text[32];
  std::snprintf(text, sizeof text, "%.7g", value);
  return text;
}

template <typename List, typename Item>
std::string array(const List& list, Item item) {
  std::string out = "[";
  for (const auto& one : list) {
    if (out.size() > 1) out += ',';
    out += item(one);
  }
  return out + "]";
}

std::string histogram_json(const CleanHistogram& histogram) {
  return "{\"issue\":" + script_string(histogram.issue) + ",\"label\":" + script_string(histogram.label) +
         ",\"low\":" + number(histogram.low) + ",\"high\":" + number(histogram.high) +
         ",\"threshold\":" + number(histogram.threshold) + ",\"below\":" + (histogram.below_is_bad ? "true" : "false") +
         ",\"counts\":" + array(histogram.counts, [](uint64_t count) { return std::to_string(count); }) + "}";
}

std::string issue_json(const CleanReport& report, const CleanIssue& issue) {
  const auto kind = std::find_if(report.kinds.begin(), report.kinds.end(),
                                 [&](const CleanIssueKind& one) { return one.id == issue.issue; });
  return "[" + (kind == report.kinds.end() ? script_string(issue.issue) : std::to_string(kind - report.kinds.begin())) +
         "," + script_string(issue.severity) + "," + number(issue.score) + "," + script_string(issue.related) + "," +
         script_string(issue.detail) + "]";
}

}  // namespace

std::string policy_hash(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return "'sha256-" + base64(bytes) + "'";
}

std::string script_string(std::string_view bytes) {
  const std::string text = json_string(bytes);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i, 3);
    if (rest[0] == '<' || rest[0] == '>' || rest[0] == '&') {
      out += rest[0] == '<' ? "\\u003c" : rest[0] == '>' ? "\\u003e" : "\\u0026";
    } else if (rest == "\xE2\x80\xA8" || rest == "\xE2\x80\xA9") {
      out += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += rest[0];
    }
  }
  return out;
}

std::string clean_summary_json(const CleanReport& report) {
  const auto pair = [](const std::string& a, const std::string& b) { return "[" + a + "," + b + "]"; };
  std::string out = "{\"title\":" + script_string(report.title) + ",\"root\":" + script_string(report.root) +
                    ",\"pictures\":" + std::to_string(report.pictures) + ",\"files\":" + std::to_string(report.files) +
                    ",\"rows\":" + std::to_string(report.rows.size());
  out +=
      ",\"kinds\":" + array(report.kinds, [](const CleanIssueKind& kind) {
        return "[" + script_string(kind.id) + "," + script_string(kind.title) + "," + script_string(kind.summary) + "]";
      });
  out += ",\"groups\":" + array(report.groups, [&](const auto& group) {
           return pair(std::to_string(group.first), script_string(group.second));
         });
  out += ",\"classes\":" + array(report.classes, [](const auto& entry) {
           return "[" + script_string(entry.first) + "," + std::to_string(entry.second.first) + "," +
                  std::to_string(entry.second.second) + "]";
         });
  out += ",\"histograms\":" + array(report.histograms, histogram_json);
  out += ",\"spot_checks\":" + array(report.spot_checks, [](const CleanSpotCheck& check) {
           return "[" + std::to_string(check.row) + "," + (check.random ? "1" : "0") + "," + number(check.edge) + "]";
         });
  out += ",\"notes\":" + array(report.notes, [](const std::string& note) { return script_string(note); });
  out += ",\"facts\":" + array(report.facts, [&](const auto& fact) {
           return pair(script_string(fact.first), script_string(fact.second));
         });
  return out + "}";
}

std::string clean_row_json(const CleanReport& report, const CleanRow& row) {
  std::string out = "[" + script_string(row.path) + "," + script_string(row.label) + "," + script_string(row.part) +
                    "," + script_string(row.content);
  for (const int value : {row.width, row.height, row.effective_width, row.effective_height, row.jpeg_quality})
    out += "," + std::to_string(value);
  out += "," + std::to_string(row.size_bytes) + "," + std::to_string(row.group) + "," + (row.kept ? "1" : "0") + "," +
         number(row.group_score) + "," + script_string(row.group_kind) + "," + script_string(row.decision) + ",";
  return out + array(row.issues, [&](const CleanIssue& issue) { return issue_json(report, issue); }) + "]";
}

}  // namespace surefoot::report
