#include "surefoot/cli/arguments.h"

namespace surefoot::cli {
namespace {

const Option kJson{"json", "", "print the result as JSON"};
const Option kDevice{"device", "auto|cpu|cuda", "where to compute"};
const Option kSet{"set", "KEY=VALUE", "set a recipe value; may be given several times", true};
const Option kRecipe{"recipe", "FILE", "read a recipe file (YAML)"};
const Option kPreset{"preset", "NAME", "start from a preset (surefoot presets)"};
const Option kModel{"model", "NAME", "a model (surefoot models)"};

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      {.name = "train", .positionals = "[DIR]", .least = 0, .most = 1, .summary = "train a classifier on a folder of class folders; the same command again resumes",
       .options = {{"out", "RUN", "the run's folder (default: runs/NAME of DIR)"}, kModel, {"epochs", "N", "passes over the pictures"},
                   {"weights", "FILE", "start from these weights (safetensors, torchvision or timm names)"}, kPreset, kRecipe, kSet,
                   {"time", "DURATION", "stop after 2h, 90m, ..."}, kDevice, {"allow-changes", "", "resume although the recipe or the data changed"},
                   kJson, {"quiet", "", "no progress on stderr"}, {"no-progress", "", "plain lines instead of a progress bar"}},
       .in_engine = true, .takes_recipe = true},
      {.name = "eval", .positionals = "RUN|WEIGHTS DIR", .least = 2, .most = 2, .summary = "evaluate trained weights on a folder",
       .options = {kJson, kDevice, kSet}, .in_engine = true},
      {.name = "predict", .positionals = "RUN|WEIGHTS FILE|DIR...", .least = 2, .most = -1, .summary = "classify pictures",
       .options = {{"top-k", "N", "classes to show for a picture (default 1)"}, kJson, {"csv", "", "print the result as CSV"}, kDevice, kSet}, .in_engine = true},
      {.name = "models", .positionals = "", .summary = "list the models", .options = {kJson, {"filter", "TEXT", "only names that contain this"}}, .in_engine = true},
      {.name = "bench", .positionals = "", .summary = "images a second: the step alone, the loader alone, both together",
       .options = {{"data", "DIR", "pictures for the loader"}, kModel, {"batch", "N", "pictures a step"}, {"precision", "NAME", "fp32, bf16, fp16"}, {"steps", "N", "timed steps (default 8)"},
                   {"threads", "N", "intra-op threads"}, {"image-size", "PX", "side of the square"}, {"loader-only", "", "skip the steps"}, kDevice, kPreset, kRecipe, kSet, kJson},
       .in_engine = true, .takes_recipe = true},
      {.name = "presets", .positionals = "", .summary = "list the recipes that ship with surefoot", .options = {kJson}},
      {.name = "recipe", .positionals = "", .summary = "show or check a recipe",
       .options = {{"explain", "", "every value with its meaning, range and default"}, {"check", "FILE", "check a recipe file"}, kPreset, kRecipe, kSet}},
      {.name = "help", .positionals = "[COMMAND]", .least = 0, .most = 1, .summary = "explain a command", .options = {}},
  };
  return all;
}

}  // namespace surefoot::cli
