#pragma once
// A cleaning run in numbers, all of them in pictures (never in pairs or edges).
#include <cstdint>
#include <string>
#include <vector>

#include "surefoot/clean/detector.h"
#include "surefoot/clean/outputs.h"

namespace surefoot::clean {

struct IssueCount {
  std::string issue;
  uint64_t pictures = 0;                   // paths with this issue
  uint64_t high = 0, medium = 0, low = 0;  // of these, by their highest severity
};

struct CleanSummary {
  uint64_t files = 0, pictures = 0, references = 0;     // of the data folder: all files; those that are pictures
  std::vector<IssueCount> issues;                       // those that were found, in the order of issues.def
  uint64_t high = 0, medium = 0, low = 0, without = 0;  // files by the highest severity of their findings
  uint64_t groups = 0, exact_copies = 0, edited_copies = 0;
  uint64_t held_out = 0, leaked = 0;  // pictures of the validation and test parts; those with a leak
  struct ClassCount {
    std::string name;
    uint64_t pictures = 0, without_copies = 0;
  };
  std::vector<ClassCount> classes;  // in the order of the collection

  const IssueCount* find(const std::string& issue) const;
};

/// What a detector said was a picture, whatever its name.
bool is_picture(const Picture& picture);
CleanSummary summarise(const Collection& collection, const CleanResults& results);
/// summary.json's content (docs/cleaning.md).
std::string to_json(const CleanSummary& summary,
                    const Collection& collection,
                    const CleanResults& results,
                    const RunFacts& facts);

}  // namespace surefoot::clean
