// surefoot: torch-free. Understands the command line, answers what needs no tensor, cleans, supervises training, and
// becomes surefoot-engine for the rest.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/cli/arguments.h"
#include "surefoot/cli/chaos_plan.h"
#include "surefoot/cli/clean.h"
#include "surefoot/cli/help_text.h"
#include "surefoot/cli/print_result.h"
#include "surefoot/cli/recipe_arguments.h"
#include "surefoot/cli/split.h"
#include "surefoot/cli/start_engine.h"
#include "surefoot/cli/supervise_train.h"
#include "surefoot/version.h"

namespace surefoot::cli {
namespace {

bool wants_bold() {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

void print_presets(bool as_json) {
  std::string text;
  for (const config::Preset& preset : config::presets()) {
    if (as_json) {
      text += text.empty() ? "[" : ",\n ";
      text += "{\"name\": " + json_string(preset.name) + ", \"summary\": " + json_string(preset.summary) + "}";
    } else {
      text +=
          preset.name + std::string(preset.name.size() < 20 ? 20 - preset.name.size() : 1, ' ') + preset.summary + "\n";
    }
  }
  print_result(as_json ? text + "]\n" : text);
}

void print_recipe(const Arguments& arguments) {
  if (arguments.has("check")) {
    config::Recipe recipe;
    apply_recipe_file(recipe, arguments.text("check"));
    config::check(recipe);
    print_result(escape_terminal(arguments.text("check")) + " is a valid recipe; " +
                 std::to_string(recipe.typed.size()) + " of its values are set\n");
    return;
  }
  const config::Recipe recipe = recipe_from(arguments);
  print_result(arguments.has("explain") ? config::explain(recipe) : config::to_yaml(recipe));
}

void print_help(const std::string& about) {
  print_result(about.empty() ? overview(wants_bold()) : help_text(command_named(about), wants_bold()));
}

int answer(const Arguments& arguments, char** argv) {
  if (arguments.help) return print_help(arguments.command), 0;
  if (arguments.command == "version") return print_result(std::string("surefoot ") + kVersion + "\n"), 0;
  if (arguments.command == "help") return print_help(arguments.positionals.empty() ? "" : arguments.positionals[0]), 0;
  if (arguments.command == "presets") return print_presets(arguments.has("json")), 0;
  if (arguments.command == "recipe") return print_recipe(arguments), 0;
  if (arguments.command == "clean") return run_clean(arguments);
  if (arguments.command == "split") return run_split(arguments), 0;
  const config::Recipe recipe = recipe_from(arguments);  // a wrong recipe is refused before the engine starts
  chaos_plan(arguments);
  if (arguments.command == "train" && wants_supervisor(arguments)) return supervise_train(arguments, recipe, argv);
  start_engine(argv);
}

}  // namespace
}  // namespace surefoot::cli

int main(int argc, char** argv) {
  try {
    return surefoot::cli::answer(surefoot::cli::parse_arguments(argc, argv), argv);
  } catch (const surefoot::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return error.exit_code();
  } catch (const std::exception& bug) {
    const surefoot::Error error(surefoot::ErrorCode::kInternal, "surefoot stopped", bug.what(),
                                "please report it with the command line");
    std::fprintf(stderr, "%s\n", error.what());
    return error.exit_code();
  }
}
