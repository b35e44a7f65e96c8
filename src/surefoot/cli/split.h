#pragma once
#include "surefoot/cli/arguments.h"

namespace surefoot::cli {

/// `surefoot split`: measures what is new, finds copies, and writes a list in which they stay together. Throws what its
/// parts throw; kDataLayout without class folders; kInterrupted with the command that goes on.
void run_split(const Arguments& arguments);

}  // namespace surefoot::cli
