#pragma once
// The command lines of surefoot, declared once (command_table.cpp) and parsed the same way by both executables.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace surefoot::cli {

struct Option {
  std::string name;        // without the dashes
  std::string value_name;  // empty: a switch
  std::string help;
  bool repeatable = false;
  bool is_count = false;        // the value is a whole number from 1
  bool value_optional = false;  // `--name=VALUE`, or `--name VALUE` once all positionals that there must be were given
};

struct Command {
  std::string name;
  std::string group;        // its heading in the overview; empty: not listed
  std::string positionals;  // for the usage line
  int least = 0, most = 0;  // positionals; most -1: any number
  std::string summary;
  std::vector<Option> options;
  bool in_engine = false;   // needs libtorch
  bool has_recipe = false;  // the help lists the recipe's values
};

/// All commands in the order shown.
const std::vector<Command>& commands();
/// Throws kUsage with the nearest name.
const Command& command_named(const std::string& name);

struct Arguments {
  std::string command;  // empty: none was given; "version": --version
  std::vector<std::string> positionals;
  std::map<std::string, std::vector<std::string>> options;  // switches have no values
  std::vector<std::string> raw;                             // as typed, without the program's name
  bool help = false;

  bool has(const std::string& option) const { return options.contains(option); }
  /// The last value given; empty where there is none.
  std::string text(const std::string& option) const;
  std::vector<std::string> values(const std::string& option) const;
  /// Throws kUsage where the value is not a whole number from 1.
  int64_t number(const std::string& option, int64_t fallback) const;
};

/// Throws kUsage for an unknown command or option (with the nearest), a missing or surplus value or positional.
/// `--option=value`, `--option value`; `--` ends the options.
Arguments parse_arguments(int argc, char** argv);

/// The command line that repeats these arguments, quoted for a shell.
std::string command_line(const Arguments& arguments);

}  // namespace surefoot::cli
