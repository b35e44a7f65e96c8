#pragma once
#include "surefoot/cli/arguments.h"
#include "surefoot/config/recipe.h"

namespace surefoot::cli {

/// Defaults < --preset < --recipe < flags < --set; what was typed is marked. A run folder named by --out without DIR gives back its own request.
config::Recipe recipe_from(const Arguments& arguments);

}  // namespace surefoot::cli
