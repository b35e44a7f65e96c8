#pragma once
#include <string>

#include "surefoot/clean/outputs.h"
#include "surefoot/clean/summary.h"
#include "surefoot/cli/clean_options.h"

namespace surefoot::cli {

/// What stands on the terminal at the end: a table of the issues, the notes, where the results lie, and one suggested
/// next command.
std::string summary_text(const CleanRequest& request,
                         const clean::CleanSummary& summary,
                         const clean::CleanResults& results,
                         const clean::RunFacts& facts,
                         bool applied);

/// True where something was found that --fail-on names.
bool fails(const std::vector<std::string>& fail_on, const clean::CleanSummary& summary);

}  // namespace surefoot::cli
