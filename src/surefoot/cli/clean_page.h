#pragma once
#include <string>
#include <vector>

#include "surefoot/clean/outputs.h"
#include "surefoot/clean/summary.h"
#include "surefoot/report/clean_report.h"

namespace surefoot::cli {

/// The report page's plain data, out of what a cleaning run knows. Rows are the files with findings, the copies and
/// what they are copies of, and the spot checks. `collection` must outlive it: thumbnails are read when the page asks.
report::CleanReport report_of(const clean::Collection& collection,
                              const clean::CleanResults& results,
                              const clean::CleanSummary& summary,
                              const clean::RunFacts& facts,
                              const std::vector<clean::Decision>& decisions);

}  // namespace surefoot::cli
