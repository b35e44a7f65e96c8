// surefoot: torch-free. Understands the command line, answers what needs no tensor, and becomes surefoot-engine for the rest.
#include <cstdio>
#include <string>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/base/files.h"
#include "surefoot/cli/arguments.h"
#include "surefoot/cli/recipe_arguments.h"
#include "surefoot/cli/start_engine.h"
#include "surefoot/version.h"

namespace surefoot::cli {
namespace {

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

const Command* command_named(const std::string& name) {
  for (const Command& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

int run_presets(const Arguments& arguments) {
  const bool json = arguments.has("json");
  std::string text;
  for (const config::Preset& preset : config::presets()) {
    text += json ? (text.empty() ? "[" : ",\n ") + ("{\"name\": " + json_string(preset.name) + ", \"summary\": " + json_string(preset.summary)) + "}"
                 : preset.name + std::string(preset.name.size() < 20 ? 20 - preset.name.size() : 1, ' ') + preset.summary + "\n";
  }
  print(json ? text + "]\n" : text);
  return 0;
}

int run_recipe(const Arguments& arguments) {
  if (arguments.has("check")) {
    config::Recipe recipe;
    config::apply_yaml(recipe, real_files().read(arguments.text("check")), arguments.text("check"));
    config::check(recipe);
    print(escape_terminal(arguments.text("check")) + " is a valid recipe; " + std::to_string(recipe.typed.size()) + " values set\n");
    return 0;
  }
  const config::Recipe recipe = recipe_from(arguments);
  print(arguments.has("explain") ? config::explain(recipe) : config::to_yaml(recipe));
  return 0;
}

int run(int argc, char** argv) {
  const Arguments arguments = parse_arguments(argc, argv);
  if (arguments.command == "version") {
    print(std::string("surefoot ") + kVersion + "\n");
    return 0;
  }
  const std::string about = arguments.command == "help" && !arguments.positionals.empty() ? arguments.positionals[0] : arguments.command == "help" ? "" : arguments.command;
  if (arguments.help || arguments.command == "help") {
    const Command* command = command_named(about);
    if (command == nullptr && !about.empty()) throw Error(ErrorCode::kUsage, "there is no command `" + about + "`", "", "surefoot --help lists the commands");
    print(command == nullptr ? overview() : help_text(*command));
    return 0;
  }
  if (arguments.command == "presets") return run_presets(arguments);
  if (arguments.command == "recipe") return run_recipe(arguments);
  if (arguments.command == "train" || arguments.command == "bench") recipe_from(arguments);  // a wrong recipe is refused before the engine starts
  start_engine(argv);
}

}  // namespace
}  // namespace surefoot::cli

int main(int argc, char** argv) {
  try {
    return surefoot::cli::run(argc, argv);
  } catch (const surefoot::Error& error) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s\n", error.what());
    return error.exit_code();
  }
}
