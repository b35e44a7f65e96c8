#pragma once
// What people decided in earlier runs, held against what the detectors say now.
#include <span>
#include <unordered_map>
#include <vector>

#include "surefoot/clean/collection.h"
#include "surefoot/clean/copy_groups.h"
#include "surefoot/clean/finding.h"
#include "surefoot/clean/store.h"

namespace surefoot::clean {

/// Decisions by what they were said of: the bytes, or the pixels of a copy with other metadata. The decisions must
/// outlive it.
class DecisionLookup {
 public:
  explicit DecisionLookup(std::span<const Decision> decisions);
  /// In no particular order; each once.
  std::vector<const Decision*> of(const Picture& picture) const;

 private:
  std::unordered_multimap<std::string, const Decision*> by_content_, by_pixels_;
};

/// True where "remove" speaks of the content. Of a copy it speaks of the one file among several: the kept one has that
/// content too.
bool rejects_content(const Decision& decision);

/// Drops the findings that a person has settled: `keep` of the file for that issue (or for all), `keep-both` of the
/// file and the other one (`related`), `relabel` to the class in which it now lies.
void forget_settled(std::vector<Finding>& findings, std::span<const Decision> decisions, const Collection& collection);

/// Fills in what a list of decisions leaves out: content and pixels from the path, the content of `related`; the issue
/// where a removed file is an exact copy of one that stays. A decision on a file that is not there any more keeps what
/// it says.
void complete_decisions(std::vector<Decision>& decisions,
                        const Collection& collection,
                        const std::vector<CopyGroup>& groups);

}  // namespace surefoot::clean
