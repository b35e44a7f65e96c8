#pragma once
#include <string>

namespace surefoot::cli {

/// To standard output, at once. Throws kFileWrite: a result that was not written is no success (`surefoot recipe >
/// /dev/full`).
void print_result(const std::string& text);

}  // namespace surefoot::cli
