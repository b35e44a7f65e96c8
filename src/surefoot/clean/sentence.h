#pragma once
// Numbers in the sentences of findings, notes and facts.
#include <string>

namespace surefoot::clean {

/// As printf, of any length.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

}  // namespace surefoot::clean
