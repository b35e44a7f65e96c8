#pragma once
// All chosen checks over a collection.
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "surefoot/clean/detector.h"

namespace surefoot::clean {

/// "all", "fast" (all that need no network), or names separated by commas. In the order of the catalogue. Throws
/// kUnknownName.
std::vector<const DetectorSpec*> choose_checks(const std::string& names);

/// What `run_checks` works with besides the collection.
struct CheckTools {
  LabelScorer* scorer = nullptr;
  std::span<const Decision> decisions;
  std::function<void(const std::string& what, double share)> progress;  // may throw to stop
};

/// Copies first, then each check; what people have settled is dropped; findings sorted by (path, issue). The same for
/// any number of threads.
CleanResults run_checks(const Collection& collection,
                        const std::vector<const DetectorSpec*>& checks,
                        const CleanOptions& options,
                        const CheckTools& tools);

}  // namespace surefoot::clean
