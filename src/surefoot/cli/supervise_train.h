#pragma once
#include "surefoot/cli/arguments.h"
#include "surefoot/config/recipe.h"

namespace surefoot::cli {

/// Not with --no-supervisor or $SUREFOOT_NO_SUPERVISOR, and not as a worker of a launcher ($RANK), which restarts its
/// workers itself.
bool wants_supervisor(const Arguments& arguments);

/// `surefoot train`: the engine as a watched child, see supervise/supervisor.h. @return the exit code. Throws what
/// `supervise` throws.
int supervise_train(const Arguments& arguments, const config::Recipe& recipe, char** argv);

}  // namespace surefoot::cli
