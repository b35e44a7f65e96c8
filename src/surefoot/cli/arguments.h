#pragma once
// The command lines of surefoot, declared once (command_table.cpp) and parsed the same way by both executables.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace surefoot::cli {

struct Option {
  std::string name;        // without the dashes
  std::string value_name;  // empty: a switch
  std::string help;
  bool repeatable = false;
};

struct Command {
  std::string name;
  std::string positionals;  // for the usage line
  int least = 0, most = 0;  // positionals; most -1: any number
  std::string summary;
  std::vector<Option> options;
  bool in_engine = false;   // needs libtorch
  bool takes_recipe = false;  // --set, --recipe, --preset and the recipe's help apply
};

/// All commands in the order shown.
const std::vector<Command>& commands();

struct Arguments {
  std::string command;
  std::vector<std::string> positionals;
  std::map<std::string, std::vector<std::string>> options;  // switches have no values
  std::vector<std::string> raw;                             // as typed, without the program's name
  bool help = false;

  bool has(const std::string& option) const { return options.contains(option); }
  /// The last value given; empty where there is none.
  std::string text(const std::string& option) const;
  std::vector<std::string> values(const std::string& option) const;
  /// Throws kUsage where the value is not a whole number.
  int64_t number(const std::string& option, int64_t fallback) const;
};

/// Throws kUsage for an unknown command or option (with the nearest), a missing or surplus value or positional.
Arguments parse_arguments(int argc, char** argv);

/// The command line that repeats these arguments, quoted for a shell.
std::string command_line(const Arguments& arguments);

/// `surefoot --help` and `surefoot COMMAND --help`.
std::string overview();
std::string help_text(const Command& command);

}  // namespace surefoot::cli
