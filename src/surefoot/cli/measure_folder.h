#pragma once
#include "surefoot/clean/scan.h"
#include "surefoot/cli/clean_options.h"
#include "surefoot/cli/clean_progress.h"

namespace surefoot::cli {

/// Walks the folder of the request and measures what its store does not know, in sandboxed decoders, saying how far it
/// is; warnings of the walk are said. Stops at an interrupt as clean::scan does.
clean::Collection measure_folder(const CleanRequest& request,
                                 clean::Store& store,
                                 CleanProgress& progress,
                                 clean::ScanReport& report);

}  // namespace surefoot::cli
