#include "surefoot/cli/help_text.h"

#include <algorithm>

#include "surefoot/config/recipe.h"

namespace surefoot::cli {
namespace {

constexpr size_t kWidth = 110;  // characters a line

std::string heading(const std::string& text, bool bold) { return bold ? "\x1b[1m" + text + "\x1b[0m\n" : text + "\n"; }

/// `left` in a column, then `right` wrapped between words beside it; below it where `left` is too long.
std::string two_columns(const std::string& left, const std::string& right, size_t column) {
  std::string text = "  " + left;
  size_t at = text.size();
  const auto new_line = [&] {
    text += "\n" + std::string(column, ' ');
    at = column;
  };
  if (at + 2 > column) {
    new_line();
  } else {
    text.append(column - at, ' ');
    at = column;
  }
  for (size_t begin = 0; begin < right.size();) {
    const size_t end = std::min(right.find(' ', begin), right.size());
    if (at > column && at + 1 + (end - begin) > kWidth) new_line();
    if (at > column) text += ' ', ++at;
    text += right.substr(begin, end - begin);
    at += end - begin;
    begin = end + 1;
  }
  return text + "\n";
}

std::string recipe_values(bool bold) {
  std::string text =
      "\n" + heading("Recipe values, for --set KEY=VALUE and recipe files; after each its default", bold);
  std::string section;
  for (const config::Field& field : config::fields()) {
    const size_t dot = field.key.find('.');
    const std::string name = dot == std::string::npos ? "run" : field.key.substr(0, dot);
    if (name != section) {
      section = name;
      text += "\n " +
              heading(std::ranges::find(config::sections(), name, &std::pair<std::string, std::string>::first)->second,
                      bold);
    }
    const std::string value = config::to_text(field.fallback);
    text += two_columns(field.key + "=" + (value.empty() ? "''" : value),
                        field.help + (field.unit.empty() ? "" : " [" + field.unit + "]") +
                            (field.range.empty() ? "" : "; " + field.range),
                        37);
  }
  return text;
}

}  // namespace

std::string usage_line(const Command& command) {
  return "surefoot " + command.name + (command.positionals.empty() ? "" : " " + command.positionals) +
         (command.options.empty() ? "" : " [options]");
}

std::string overview(bool bold) {
  std::string text = "surefoot: from a messy folder of pictures to a trained model you can trust\n";
  std::string group;
  for (const Command& command : commands()) {
    if (command.group.empty()) continue;  // between the executables
    if (command.group != group) {
      group = command.group;
      text += "\n" + heading(group, bold);
    }
    text += two_columns(command.name, command.summary, 13);
  }
  text += "\n" + heading("Examples", bold);
  text += two_columns("surefoot train photos/", "class folders in, a run folder out", 42);
  text += two_columns("surefoot eval runs/photos test/", "exact accuracy of the best weights", 42);
  text += two_columns("surefoot predict runs/photos cat.jpg", "what is it?", 42);
  text += "\n" + heading("Exit codes", bold);
  text +=
      "  0 ok, 1 --fail-on, 2 usage or recipe, 3 data, 4 environment, 5 stopped by a guard, 6 interrupted (saved), 70 bug\n";
  return text + "\nsurefoot COMMAND --help explains a command; surefoot --version prints the version.\n";
}

std::string help_text(const Command& command, bool bold) {
  std::string text = heading(usage_line(command), bold) + "  " + command.summary + "\n";
  if (!command.options.empty()) text += "\n" + heading("Options", bold);
  for (const Option& option : command.options) {
    const std::string value = option.value_name.empty() ? ""
                              : option.value_optional   ? " [" + option.value_name + "]"
                                                        : " " + option.value_name;
    text += two_columns("--" + option.name + value, option.help, 26);
  }
  return command.has_recipe ? text + recipe_values(bold) : text;
}

}  // namespace surefoot::cli
