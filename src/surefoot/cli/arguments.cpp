#include "surefoot/cli/arguments.h"

#include <algorithm>
#include <charconv>

#include "surefoot/base/error.h"
#include "surefoot/base/nearest_name.h"
#include "surefoot/config/recipe.h"

namespace surefoot::cli {
namespace {

[[noreturn]] void throw_usage(const std::string& what, const std::string& why, const std::string& fix) { throw Error(ErrorCode::kUsage, what, why, fix); }

std::string usage_line(const Command& command) {
  return "surefoot " + command.name + (command.positionals.empty() ? "" : " " + command.positionals) + (command.options.empty() ? "" : " [options]");
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  const std::string near = nearest_name(name, names);
  throw_usage("there is no command `" + name + "`", near.empty() ? "no command has a name like it" : "did you mean `" + near + "`?", "surefoot --help lists the commands");
}

const Option& find_option(const Command& command, const std::string& name) {
  std::vector<std::string> names;
  for (const Option& option : command.options) {
    if (option.name == name) return option;
    names.push_back(option.name);
  }
  const std::string near = nearest_name(name, names);
  throw_usage("`surefoot " + command.name + "` has no option --" + name, near.empty() ? "no option has a name like it" : "did you mean --" + near + "?", "surefoot " + command.name + " --help");
}

std::string padded(const std::string& text, size_t width) { return text + std::string(text.size() < width ? width - text.size() : 1, ' '); }

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
  if (!has(option)) return fallback;
  const std::string value = text(option);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < 1) throw_usage("--" + option + " " + value + " cannot be understood", "it must be a whole number from 1", "surefoot " + command + " --help");
  return number;
}

Arguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  arguments.raw.assign(argv + 1, argv + argc);
  if (arguments.raw.empty()) {
    arguments.help = true;
    return arguments;
  }
  if (arguments.raw[0] == "--help" || arguments.raw[0] == "-h") {
    arguments.help = true;
    return arguments;
  }
  if (arguments.raw[0] == "--version") {
    arguments.command = "version";
    return arguments;
  }
  const Command& command = find_command(arguments.raw[0]);
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
      if (!word.starts_with("--")) throw_usage("option " + word + " cannot be understood", "options begin with two dashes", "surefoot " + command.name + " --help; a file of this name: put `--` before it");
      const size_t equals = word.find('=');
      const Option& option = find_option(command, word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2));
      auto& values = arguments.options[option.name];
      if (!option.repeatable && !option.value_name.empty() && !values.empty()) throw_usage("--" + option.name + " is given twice", "it takes one value", "leave one of them away");
      if (option.value_name.empty()) {
        if (equals != std::string::npos) throw_usage("--" + option.name + " takes no value", "`" + word.substr(equals + 1) + "` was given", "leave the value away");
      } else if (equals != std::string::npos) {
        values.push_back(word.substr(equals + 1));
      } else if (i + 1 < arguments.raw.size()) {
        values.push_back(arguments.raw[++i]);
      } else {
        throw_usage("--" + option.name + " needs a value", option.help, "--" + option.name + " " + option.value_name);
      }
    }
  }
  if (arguments.help) return arguments;
  const int given = static_cast<int>(arguments.positionals.size());
  if (given < command.least || (command.most >= 0 && given > command.most)) {
    throw_usage("`surefoot " + command.name + "` takes " + (command.positionals.empty() ? "no names" : command.positionals), std::to_string(given) + " given", usage_line(command));
  }
  return arguments;
}

std::string command_line(const Arguments& arguments) {
  std::string line = "surefoot";
  for (const std::string& word : arguments.raw) {
    const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-_./=,:+@%").find(c) != std::string_view::npos; });
    line += ' ';
    if (plain) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

std::string overview() {
  std::string text = "surefoot: from a messy folder of pictures to a trained model you can trust\n\n";
  for (const Command& command : commands()) text += "  " + padded(command.name, 10) + command.summary + "\n";
  return text +
         "\n  surefoot train photos/                 class folders in, a run folder out\n"
         "  surefoot eval runs/photos test/        exact accuracy of the best weights\n"
         "  surefoot predict runs/photos cat.jpg   what is it?\n\n"
         "surefoot COMMAND --help explains a command. Exit codes: 0 ok, 2 usage or recipe, 3 data, 4 environment, 5 stopped by a guard, 6 interrupted (saved), 70 bug.\n";
}

std::string help_text(const Command& command) {
  std::string text = usage_line(command) + "\n  " + command.summary + "\n";
  if (!command.options.empty()) text += "\nOptions\n";
  for (const Option& option : command.options) text += "  " + padded("--" + option.name + (option.value_name.empty() ? "" : " " + option.value_name), 26) + option.help + "\n";
  if (!command.takes_recipe) return text;
  text += "\nRecipe values, for --set KEY=VALUE and recipe files (with their defaults)\n";
  std::string section;
  for (const config::Field& field : config::fields()) {
    const size_t dot = field.key.find('.');
    const std::string name = dot == std::string::npos ? "run" : field.key.substr(0, dot);
    if (name != section) {
      section = name;
      for (const auto& [key, help] : config::sections()) {
        if (key == name) text += "\n " + help + "\n";
      }
    }
    const std::string value = config::to_text(field.fallback);
    text += "  " + padded(field.key + "=" + (value.empty() ? "\"\"" : value), 38) + field.help + (field.unit.empty() ? "" : " [" + field.unit + "]") + (field.range.empty() ? "" : "; " + field.range) + "\n";
  }
  return text;
}

}  // namespace surefoot::cli
