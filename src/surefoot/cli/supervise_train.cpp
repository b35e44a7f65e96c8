#include "surefoot/cli/supervise_train.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "surefoot/base/escape.h"
#include "surefoot/cli/recipe_arguments.h"
#include "surefoot/cli/start_engine.h"
#include "surefoot/supervise/supervisor.h"

namespace surefoot::cli {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

/// Below the engine's progress bar, which a crash leaves in the middle of its line.
void tell(const std::string& text) {
  std::fprintf(stderr, "%s%s", ::isatty(STDERR_FILENO) == 1 ? "\n" : "", text.c_str());
}

}  // namespace

bool wants_supervisor(const Arguments& arguments) {
  return !arguments.has("no-supervisor") && !is_set("SUREFOOT_NO_SUPERVISOR") && !is_set("RANK");
}

int supervise_train(const Arguments& arguments, const config::Recipe& recipe, char** argv) {
  supervise::SupervisorOptions options{.program = engine_path(),
                                       .arguments = {},
                                       .run = run_folder_of(arguments, recipe),
                                       .resume_command = escape_terminal(command_line(arguments)),
                                       .restarts = recipe.guards.restarts,
                                       .tell = tell};
  for (char** word = argv; *word != nullptr; ++word) options.arguments.emplace_back(*word);
  prepare_engine_environment();
  return supervise::supervise(options, real_files(), real_clock());
}

}  // namespace surefoot::cli
