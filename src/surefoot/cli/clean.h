#pragma once
#include "surefoot/cli/arguments.h"

namespace surefoot::cli {

/// `surefoot clean`. Returns the exit code: 0, or 1 where something was found that --fail-on names. Throws what its
/// parts throw; kInterrupted with the command that goes on.
int run_clean(const Arguments& arguments);

}  // namespace surefoot::cli
