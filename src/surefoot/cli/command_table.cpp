#include "surefoot/cli/arguments.h"

namespace surefoot::cli {
namespace {

const char* const kTrainAndUse = "Train and use";
const char* const kLookUp = "Look up";

const Option kJson{"json", "", "print the result as JSON"};
const Option kDevice{"device", "auto|cpu|cuda", "where to compute"};
const Option kSet{"set", "KEY=VALUE", "set a recipe value; may be given several times", true};
const Option kRecipe{"recipe", "FILE", "read a recipe file (YAML)"};
const Option kPreset{"preset", "NAME", "start from a preset (surefoot presets)"};
const Option kModel{"model", "NAME", "a model (surefoot models)"};

Command train() {
  return {.name = "train",
          .group = kTrainAndUse,
          .positionals = "[DIR]",
          .least = 0,
          .most = 1,
          .summary = "train a classifier on a folder of class folders; the same command again resumes",
          .options = {{"out", "RUN", "the run's folder (default: runs/NAME of DIR)"},
                      kModel,
                      {"epochs", "N", "passes over the pictures"},
                      {"weights", "FILE", "start from these weights (safetensors, torchvision or timm names)"},
                      kPreset,
                      kRecipe,
                      kSet,
                      {"time", "DURATION", "stop after 2h, 90m, ..."},
                      kDevice,
                      {"allow-changes", "", "resume although the recipe or the data changed"},
                      kJson,
                      {"quiet", "", "no progress on stderr"},
                      {"no-progress", "", "plain lines instead of a progress bar"}},
          .in_engine = true,
          .has_recipe = true};
}

Command eval() {
  return {.name = "eval",
          .group = kTrainAndUse,
          .positionals = "RUN|WEIGHTS DIR",
          .least = 2,
          .most = 2,
          .summary = "evaluate trained weights on a folder of class folders",
          .options = {kJson, kDevice, kSet},
          .in_engine = true};
}

Command predict() {
  return {.name = "predict",
          .group = kTrainAndUse,
          .positionals = "RUN|WEIGHTS FILE|DIR...",
          .least = 2,
          .most = -1,
          .summary = "classify pictures",
          .options = {{.name = "top-k",
                       .value_name = "N",
                       .help = "classes to show for a picture (default 1)",
                       .is_count = true},
                      kJson,
                      {"csv", "", "print the result as CSV"},
                      kDevice,
                      kSet},
          .in_engine = true};
}

Command bench() {
  return {.name = "bench",
          .group = kTrainAndUse,
          .summary = "pictures a second: the step alone, the loader alone, both together",
          .options = {{"data", "DIR", "pictures for the loader"},
                      kModel,
                      {"batch", "N", "pictures a step"},
                      {"precision", "NAME", "fp32, bf16, fp16"},
                      {.name = "steps", .value_name = "N", .help = "timed steps (default 8)", .is_count = true},
                      {"threads", "N", "intra-op threads"},
                      {"image-size", "PX", "side of the square"},
                      {"loader-only", "", "skip the steps"},
                      kDevice,
                      kPreset,
                      kRecipe,
                      kSet,
                      kJson},
          .in_engine = true,
          .has_recipe = true};
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      train(),
      eval(),
      predict(),
      bench(),
      {.name = "models",
       .group = kLookUp,
       .summary = "list the models",
       .options = {kJson, {"filter", "TEXT", "only names that contain this"}},
       .in_engine = true},
      {.name = "presets", .group = kLookUp, .summary = "list the recipes that ship with surefoot", .options = {kJson}},
      {.name = "recipe",
       .group = kLookUp,
       .summary = "show or check a recipe",
       .options = {{"explain", "", "every value with its meaning, range and default"},
                   {"check", "FILE", "check a recipe file"},
                   kPreset,
                   kRecipe,
                   kSet}},
      {.name = "help",
       .group = kLookUp,
       .positionals = "[COMMAND]",
       .least = 0,
       .most = 1,
       .summary = "explain a command"},
  };
  return all;
}

}  // namespace surefoot::cli
