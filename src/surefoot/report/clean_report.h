#pragma once
// OUT/report.html: one self-contained page for reviewing what `surefoot clean` found. Plain data in, HTML out.
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "surefoot/base/files.h"

namespace surefoot::report {

struct CleanIssue {
  std::string issue, severity, related, detail;
  double score = 0;
};

/// One file that has issues, or that a row refers to (kept copies, spot checks).
struct CleanRow {
  std::string path, label, part, content;
  int width = 0, height = 0, effective_width = 0, effective_height = 0, jpeg_quality = 0;
  uint64_t size_bytes = 0;
  int group = -1;     // number of its duplicate group
  bool kept = false;  // the picture of the group that stays
  double group_score = 0;
  std::string group_kind;  // "copy", "crop", "mirrored", "rotated", "bytes", "pixels"
  std::string decision;    // of an earlier run: keep, remove, relabel, keep-both
  std::vector<CleanIssue> issues;
};

struct CleanIssueKind {
  std::string id, title, summary;
};

struct CleanHistogram {
  std::string issue, label;
  double low = 0, high = 1, threshold = 0;
  bool below_is_bad = true;
  std::vector<uint64_t> counts;
};

struct CleanSpotCheck {
  uint32_t row = 0;
  bool random = false;
  double edge = 0;
};

struct CleanReport {
  std::string title, root;  // root: absolute path of the data folder, for links to the full pictures
  uint64_t pictures = 0, files = 0;
  std::vector<CleanIssueKind> kinds;                // in the order shown
  std::vector<CleanRow> rows;                       // by path
  std::vector<std::pair<int, std::string>> groups;  // number -> reason why the kept one is kept
  std::vector<std::pair<std::string, std::pair<uint64_t, uint64_t>>> classes;  // name -> (pictures, without copies)
  std::vector<CleanHistogram> histograms;
  std::vector<CleanSpotCheck> spot_checks;
  std::vector<std::string> notes;
  std::vector<std::pair<std::string, std::string>> facts;  // "sandbox" -> "seccomp+rlimits"
  /// JPEG bytes of a row's thumbnail, asked in row order; empty where there is none.
  std::function<std::string(size_t row)> thumbnail;
  uint64_t thumbnail_budget_bytes = uint64_t{64} << 20;  // in base64; rows beyond it link to the file instead
};

/// Writes the page piece by piece, so that 30,000 rows do not lie in memory. Hostile names are harmless.
void write_clean_report(const CleanReport& report, WritableFile& file);

}  // namespace surefoot::report
