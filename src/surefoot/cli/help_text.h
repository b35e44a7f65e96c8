#pragma once
// What `--help` prints, made from the command table and the recipe's declarations.
#include <string>

#include "surefoot/cli/arguments.h"

namespace surefoot::cli {

/// `surefoot --help`. @param bold  headings in bold, for terminals
std::string overview(bool bold = false);
/// `surefoot COMMAND --help`: usage, options, and every recipe value where the command takes them.
std::string help_text(const Command& command, bool bold = false);
/// "surefoot train [DIR] [options]".
std::string usage_line(const Command& command);

}  // namespace surefoot::cli
