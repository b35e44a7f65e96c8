#include "surefoot/cli/recipe_arguments.h"

#include "surefoot/base/error.h"
#include "surefoot/base/files.h"

namespace surefoot::cli {
namespace {

/// Flags that are recipe values.
constexpr std::pair<const char*, const char*> kFlags[] = {
    {"model", "model.name"}, {"epochs", "train.epochs"}, {"weights", "model.weights"}, {"time", "train.time"}, {"device", "train.device"},
    {"batch", "train.batch"}, {"precision", "train.precision"}, {"threads", "train.threads"}, {"image-size", "data.image_size"}, {"data", "data.path"},
};

}  // namespace

config::Recipe recipe_from(const Arguments& arguments) {
  config::Recipe recipe;
  if (arguments.command == "train" && arguments.positionals.empty() && !arguments.has("recipe")) {
    const std::string request = join_path(arguments.text("out"), "request.yaml");
    if (!arguments.has("out") || !real_files().exists(request)) {
      throw Error(ErrorCode::kUsage, "there is nothing to train on", "no DIR is given, and no --out of a run that was begun", "surefoot train DIR");
    }
    config::apply_yaml(recipe, real_files().read(request), request);
  }
  if (arguments.has("preset")) config::apply_yaml(recipe, config::preset(arguments.text("preset")).yaml, "preset " + arguments.text("preset"));
  if (arguments.has("recipe")) config::apply_yaml(recipe, real_files().read(arguments.text("recipe")), arguments.text("recipe"));
  for (const auto& [flag, key] : kFlags) {
    if (arguments.has(flag)) config::set(recipe, key, arguments.text(flag), std::string("--") + flag);
  }
  if (arguments.command == "train" && !arguments.positionals.empty()) config::set(recipe, "data.path", arguments.positionals[0], "DIR");
  for (const std::string& assignment : arguments.values("set")) config::set_assignment(recipe, assignment);
  if (arguments.command == "train" && recipe.data.path.empty()) throw Error(ErrorCode::kUsage, "there is nothing to train on", "neither DIR nor data.path is given", "surefoot train DIR");
  config::check(recipe);
  return recipe;
}

}  // namespace surefoot::cli
