#pragma once
#include <vector>

#include "surefoot/chaos/plan.h"
#include "surefoot/cli/arguments.h"

namespace surefoot::cli {

/// The plan that --chaos names; empty without it. Throws kFileRead, and what `chaos::parse_plan` throws.
std::vector<chaos::Fault> chaos_plan(const Arguments& arguments);

}  // namespace surefoot::cli
