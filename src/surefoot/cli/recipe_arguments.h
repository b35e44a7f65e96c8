#pragma once
#include "surefoot/cli/arguments.h"
#include "surefoot/config/recipe.h"

namespace surefoot::cli {

/// Defaults < --preset < --recipe < flags and DIR < --set, checked. What a person typed is marked; a preset's values
/// are not. `plan` takes a recipe file in the place of DIR, too (by its .yaml). `train --out RUN` without DIR, recipe
/// or preset takes up the request of that run. Throws kUsage where `train` is told no data, and what reading and
/// checking a recipe throws.
config::Recipe recipe_from(const Arguments& arguments);

/// Where `train` keeps its run: --out, or runs/NAME of the data.
std::string run_folder_of(const Arguments& arguments, const config::Recipe& recipe);

/// Applies a recipe file. Throws kFileRead, and what `config::apply_yaml` throws.
void apply_recipe_file(config::Recipe& recipe, const std::string& path);

}  // namespace surefoot::cli
