#include "surefoot/cli/recipe_arguments.h"

#include "surefoot/base/error.h"
#include "surefoot/base/files.h"

namespace surefoot::cli {
namespace {

/// Flags that are recipe values.
constexpr std::pair<const char*, const char*> kFlags[] = {
    {"model", "model.name"},           {"epochs", "train.epochs"},
    {"weights", "model.weights"},      {"time", "train.time"},
    {"device", "train.device"},        {"batch", "train.batch"},
    {"precision", "train.precision"},  {"threads", "train.threads"},
    {"image-size", "data.image_size"}, {"data", "data.path"},
};

/// The request of a run that was begun; empty where --out names none.
std::string begun_request(const Arguments& arguments) {
  if (!arguments.has("out")) return "";
  const std::string request = join_path(arguments.text("out"), "request.yaml");
  return real_files().exists(request) ? request : "";
}

}  // namespace

void apply_recipe_file(config::Recipe& recipe, const std::string& path) {
  constexpr uint64_t kLongest = 2 << 20;  // bytes; above what apply_yaml takes, so that it says so; /dev/zero ends too
  config::apply_yaml(recipe, real_files().read(path, kLongest), path);
}

std::string run_folder_of(const Arguments& arguments, const config::Recipe& recipe) {
  if (arguments.has("out")) return arguments.text("out");
  std::string path = recipe.data.path;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  std::string name = base_name(path);
  if (name.ends_with(".csv")) name.resize(name.size() - 4);
  return "runs/" + (name.empty() || name == "." || name == ".." ? std::string("train") : name);
}

config::Recipe recipe_from(const Arguments& arguments) {
  config::Recipe recipe;
  const bool is_train = arguments.command == "train", is_plan = arguments.command == "plan";
  const std::string positional =
      (is_train || is_plan) && !arguments.positionals.empty() ? arguments.positionals[0] : "";
  const bool names_recipe = is_plan && (positional.ends_with(".yaml") || positional.ends_with(".yml"));
  if (is_train && arguments.positionals.empty() && !arguments.has("recipe") && !arguments.has("preset")) {
    if (const std::string request = begun_request(arguments); !request.empty()) apply_recipe_file(recipe, request);
  }
  if (arguments.has("preset")) {
    config::apply_yaml(recipe, config::preset(arguments.text("preset")).yaml, "preset " + arguments.text("preset"));
    recipe.typed.clear();
  }
  if (arguments.has("recipe")) apply_recipe_file(recipe, arguments.text("recipe"));
  if (names_recipe) apply_recipe_file(recipe, positional);
  for (const auto& [flag, key] : kFlags) {
    if (arguments.has(flag)) config::set(recipe, key, arguments.text(flag), std::string("--") + flag);
  }
  if (!positional.empty() && !names_recipe) config::set(recipe, "data.path", positional, "DIR");
  for (const std::string& assignment : arguments.values("set")) config::set_assignment(recipe, assignment);
  if (is_train && recipe.data.path.empty()) {
    throw Error(ErrorCode::kUsage, "there is nothing to train on",
                "neither DIR nor data.path is given, nor --out of a run that was begun", "surefoot train DIR");
  }
  config::check(recipe);
  return recipe;
}

}  // namespace surefoot::cli
