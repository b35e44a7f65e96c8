#include "surefoot/cli/arguments.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"
#include "surefoot/cli/help_text.h"

namespace surefoot::cli {
namespace {

[[noreturn]] void throw_usage(const std::string& what, const std::string& why, const std::string& fix) {
  throw Error(ErrorCode::kUsage, what, why, fix);
}

std::string help_of(const std::string& command) { return "surefoot " + command + " --help"; }

const Option& option_named(const Command& command, const std::string& name) {
  std::vector<std::string> names{"help"};
  for (const Option& option : command.options) {
    if (option.name == name) return option;
    names.push_back(option.name);
  }
  const std::string near = nearest_name(name, names);
  throw_usage("`surefoot " + command.name + "` has no option --" + name,
              near.empty() ? "no option has a name like it" : "did you mean --" + near + "?", help_of(command.name));
}

std::optional<int64_t> parse_count(const std::string& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

int64_t count_of(const std::string& command, const std::string& option, const std::string& text) {
  const auto number = parse_count(text);
  if (!number)
    throw_usage("--" + option + " " + text + " cannot be understood", "it must be a whole number from 1",
                help_of(command));
  return *number;
}

/// Reads the option at `words[i]`, moving `i` to its last word.
void take_option(const Command& command, Arguments& arguments, size_t& i) {
  const std::string& word = arguments.raw[i];
  if (!word.starts_with("--")) {
    throw_usage("option " + word + " cannot be understood", "options begin with two dashes",
                help_of(command.name) + "; a file of this name: put `--` before it");
  }
  const size_t equals = word.find('=');
  const bool has_value = equals != std::string::npos;
  const Option& option = option_named(command, word.substr(2, has_value ? equals - 2 : std::string::npos));
  const bool is_repeated = arguments.has(option.name);
  auto& values = arguments.options[option.name];
  if (option.value_name.empty()) {
    if (has_value)
      throw_usage("--" + option.name + " takes no value", "`" + word.substr(equals + 1) + "` was given",
                  "leave the value away");
    return;
  }
  if (is_repeated && !option.repeatable)
    throw_usage("--" + option.name + " is given twice", "it takes one value", "leave one of them away");
  if (has_value) {
    values.push_back(word.substr(equals + 1));
  } else if (i + 1 < arguments.raw.size() && !arguments.raw[i + 1].starts_with("--") &&
             (!option.value_optional || static_cast<int>(arguments.positionals.size()) >= command.least)) {
    values.push_back(arguments.raw[++i]);
  } else if (option.value_optional) {
    return;
  }
  if (values.empty() || values.back().empty()) {
    throw_usage("--" + option.name + " needs a value", option.help, "--" + option.name + " " + option.value_name);
  }
  if (option.is_count) count_of(command.name, option.name, values.back());
}

void check_positionals(const Command& command, const Arguments& arguments) {
  const int given = static_cast<int>(arguments.positionals.size());
  if (given >= command.least && (command.most < 0 || given <= command.most)) return;
  throw_usage(
      "`surefoot " + command.name + "` takes " + (command.positionals.empty() ? "only options" : command.positionals),
      std::to_string(given) + (given == 1 ? " name was given" : " names were given"), usage_line(command));
}

}  // namespace

std::string Arguments::text(const std::string& option) const {
  const auto found = options.find(option);
  return found == options.end() || found->second.empty() ? "" : found->second.back();
}

std::vector<std::string> Arguments::values(const std::string& option) const {
  const auto found = options.find(option);
  return found == options.end() ? std::vector<std::string>{} : found->second;
}

int64_t Arguments::number(const std::string& option, int64_t fallback) const {
  return has(option) ? count_of(command, option, text(option)) : fallback;
}

const Command& command_named(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  const std::string near = nearest_name(name, names);
  throw_usage("there is no command `" + name + "`",
              near.empty() ? "no command has a name like it" : "did you mean `" + near + "`?",
              "surefoot --help lists the commands");
}

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  arguments.raw.assign(argv + std::min(argc, 1), argv + argc);
  if (arguments.raw.empty() || arguments.raw[0] == "--help" || arguments.raw[0] == "-h") {
    arguments.help = true;
    return arguments;
  }
  if (arguments.raw[0] == "--version") {
    arguments.command = "version";
    return arguments;
  }
  const Command& command = command_named(arguments.raw[0]);
  arguments.command = command.name;
  bool options_ended = false;
  for (size_t i = 1; i < arguments.raw.size(); ++i) {
    const std::string& word = arguments.raw[i];
    if (options_ended || word.size() < 2 || word[0] != '-') {
      arguments.positionals.push_back(word);
    } else if (word == "--") {
      options_ended = true;
    } else if (word == "--help" || word == "-h") {
      arguments.help = true;
    } else {
      take_option(command, arguments, i);
    }
  }
  if (!arguments.help) check_positionals(command, arguments);
  return arguments;
}

std::string command_line(const Arguments& arguments) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("-_./=,:+@%").find(c) != std::string_view::npos;
  };
  std::string line = "surefoot";
  for (const std::string& word : arguments.raw) {
    line += ' ';
    if (!word.empty() && std::ranges::all_of(word, is_plain)) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace surefoot::cli
