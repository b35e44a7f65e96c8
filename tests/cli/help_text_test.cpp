#include "surefoot/cli/help_text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "surefoot/config/recipe.h"

namespace surefoot::cli {
namespace {

TEST(Overview, NamesEveryCommandOfAGroup) {
  for (const Command& command : commands()) {
    const bool named = overview().find("\n  " + command.name + " ") != std::string::npos;
    EXPECT_EQ(named, !command.group.empty()) << command.name;
  }
}

TEST(HelpText, NamesEveryOption) {
  for (const Command& command : commands()) {
    const std::string text = help_text(command);
    EXPECT_TRUE(text.starts_with("surefoot " + command.name)) << text;
    for (const Option& option : command.options)
      EXPECT_NE(text.find("\n  --" + option.name), std::string::npos) << option.name;
  }
}

TEST(HelpText, OfTrainNamesEveryRecipeValueWithItsDefault) {
  const std::string text = help_text(command_named("train"));
  for (const config::Field& field : config::fields()) {
    const std::string value = config::to_text(field.fallback);
    EXPECT_NE(text.find("\n  " + field.key + "=" + (value.empty() ? "''" : value)), std::string::npos) << field.key;
  }
}

TEST(HelpText, FitsATerminal) {
  for (const Command& command : commands()) {
    std::istringstream lines(help_text(command));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120u) << line;
  }
}

TEST(HelpText, IsPlainUnlessBoldIsAskedFor) {
  EXPECT_EQ(overview().find('\x1b'), std::string::npos);
  EXPECT_EQ(help_text(command_named("train")).find('\x1b'), std::string::npos);
  EXPECT_NE(overview(true).find("\x1b[1mTrain and use\x1b[0m"), std::string::npos);
}

}  // namespace
}  // namespace surefoot::cli
