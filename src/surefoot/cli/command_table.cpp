#include "surefoot/cli/arguments.h"

namespace surefoot::cli {
namespace {

const char* const kTrainAndUse = "Train and use";
const char* const kClean = "Clean";
const char* const kLookUp = "Look up";

const Option kJson{"json", "", "print the result as JSON"};
const Option kDevice{"device", "auto|cpu|cuda", "where to compute"};
const Option kSet{"set", "KEY=VALUE", "set a recipe value; may be given several times", true};
const Option kRecipe{"recipe", "FILE", "read a recipe file (YAML)"};
const Option kPreset{"preset", "NAME", "start from a preset (surefoot presets)"};
const Option kModel{"model", "NAME", "a model (surefoot models)"};

Command clean() {
  return {
      .name = "clean",
      .group = kClean,
      .positionals = "DIR",
      .least = 1,
      .most = -1,
      .summary = "find the rubbish in a folder of pictures; take it out reversibly",
      .options = {
          {"out", "OUT", "where report and findings go (default: runs/clean-NAME of DIR)"},
          {"checks", "NAMES", "all (default), fast (those that need no network), or names: look,duplicates"},
          {.name = "threshold", .value_name = "PX", .help = "least short side (default 512)", .is_count = true},
          {"weights", "FILE", "judge labels by features of these weights (safetensors)"},
          {"label-budget", "SHARE", "share of the pictures that may be listed as mislabelled (default: estimated)"},
          {"reference", "DIR", "compare with these pictures too, never touch them; may be given several times", true},
          {.name = "apply",
           .value_name = "FILE",
           .help = "move rubbish to OUT/quarantine; with FILE as decided in the report",
           .value_optional = true},
          {"take", "ISSUE,...", "with --apply: take these issues whatever their severity", true},
          {"undo", "", "put everything back that --apply took"},
          {"max-share", "SHARE", "with --apply: most that may be taken of a class (default 0.5)"},
          {"force", "", "with --apply: whatever share of a class it takes"},
          {"fail-on", "WHAT,...", "exit 1 where low, medium, high or an issue is found", true},
          {"shard", "I/N", "only measure share I of N, for --merge"},
          {"merge", "STORE|OUT...", "take over what shards measured, then report", true},
          {"seed", "N", "of everything random (default 0)"},
          {.name = "threads", .value_name = "N", .help = "decoders and threads (default: all cores)", .is_count = true},
          kJson,
          {"quiet", "", "nothing on stderr"},
          {"no-progress", "", "plain lines instead of a progress bar"}}};
}

Command split() {
  return {
      .name = "split",
      .group = kClean,
      .positionals = "DIR",
      .least = 1,
      .most = 1,
      .summary = "deal pictures into train, val and test; copies stay together, classes keep their shares",
      .options = {
          {"out", "FILE", "the list that is written: path,label,split; surefoot train takes it as its data"},
          {"val", "SHARE", "for validation (default 0.1)"},
          {"test", "SHARE", "for a test part (default 0)"},
          {"seed", "N", "another seed, another split (default 0)"},
          {"groups", "OUT",
           "a folder of surefoot clean, whose measurements are used (default: runs/clean-NAME of DIR)"},
          {.name = "threads", .value_name = "N", .help = "decoders and threads (default: all cores)", .is_count = true},
          kJson,
          {"quiet", "", "nothing on stderr"},
          {"no-progress", "", "plain lines instead of a progress bar"}}};
}

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
                      {"chaos", "PLAN", "rehearse the faults of this file (docs/chaos.md)"},
                      {"no-supervisor", "", "without the process that starts training again after a crash"},
                      {"allow-changes", "", "resume although the recipe or the data changed"},
                      kJson,
                      {"quiet", "", "no progress on stderr"},
                      {"no-progress", "", "plain lines instead of a progress bar"}},
          .in_engine = true,
          .has_recipe = true};
}

Command plan() {
  return {
      .name = "plan",
      .group = kTrainAndUse,
      .positionals = "[DIR|RECIPE.yaml]",
      .least = 0,
      .most = 1,
      .summary = "what a recipe takes of memory, time and money before anything runs, and what fits",
      .options = {kModel,
                  {"memory", "24G|0.8", "the budget; default: memory.budget, or what is free on this device now"},
                  {"hardware", "LIST", "time, energy and cost on other cards: 2x4090,a6000,4xa100"},
                  {"prices", "FILE", "cards and prices that differ from the built-in ones (docs/planning.md)"},
                  {.name = "team", .value_name = "N", .help = "advise hardware for so many people", .is_count = true},
                  {"money", "AMOUNT", "advise the fastest hardware that trains this for at most so much"},
                  {"probe", "", "measure 20 steps on this device, or as many as half a minute holds"},
                  {.name = "classes",
                   .value_name = "N",
                   .help = "without DIR: classes of the data (default 1000)",
                   .is_count = true},
                  {.name = "pictures", .value_name = "N", .help = "without DIR: training pictures", .is_count = true},
                  {"batch", "N", "pictures a step"},
                  {"precision", "NAME", "fp32, bf16, fp16"},
                  {"epochs", "N", "passes over the pictures"},
                  {"image-size", "PX", "side of the square"},
                  kDevice,
                  kPreset,
                  kRecipe,
                  kSet,
                  kJson},
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

/// Between the two executables; no group, so that no overview lists it.
Command label_scores() {
  return {.name = "label-scores",
          .group = "",
          .summary = "judge the labels of a task that surefoot clean wrote",
          .options = {{"in", "FILE", "the task"},
                      {"out", "FILE", "where the scores go"},
                      {.name = "threads", .value_name = "N", .help = "intra-op threads", .is_count = true}},
          .in_engine = true};
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      clean(),
      split(),
      train(),
      plan(),
      eval(),
      predict(),
      bench(),
      label_scores(),
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
