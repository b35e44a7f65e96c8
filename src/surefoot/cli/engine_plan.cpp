#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "surefoot/base/error.h"
#include "surefoot/cli/engine_commands.h"
#include "surefoot/cli/plan_text.h"
#include "surefoot/cli/print_result.h"
#include "surefoot/cli/recipe_arguments.h"
#include "surefoot/cli/scratch_folder.h"
#include "surefoot/data/manifest.h"
#include "surefoot/train/benchmark.h"
#include "surefoot/train/memory/data_facts.h"

namespace surefoot::cli {
namespace {

plan::DataFacts facts_of(const config::Recipe& recipe, const std::string& scratch) {
  data::ScanReport report;
  const auto manifest = data::scan(real_files(), recipe.data.path,
                                   {.val_fraction = recipe.data.val_fraction,
                                    .seed = static_cast<uint64_t>(recipe.run.seed),
                                    .cache_folder = scratch},
                                   report);
  return train::data_facts(real_files(), *manifest, scratch, static_cast<uint64_t>(recipe.data.max_pixels));
}

/// Without data: as told, or ImageNet-1k's.
plan::DataFacts facts_told(const Arguments& arguments, const plan::DataFacts& counted) {
  plan::DataFacts facts = counted;
  facts.classes = arguments.number("classes", facts.classes > 0 ? facts.classes : 1000);
  if (facts.classes < 2)
    throw Error(ErrorCode::kUsage, "--classes " + std::to_string(facts.classes) + " is too few",
                "a classifier needs at least two", "--classes 2 or more");
  facts.train_pictures = arguments.number("pictures", facts.train_pictures);
  return facts;
}

double amount(const Arguments& arguments, const std::string& option) {
  char* end = nullptr;
  const std::string text = arguments.text(option);
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value > 0))
    throw Error(ErrorCode::kUsage, "--" + option + " " + text + " is no amount", "a number above 0 is expected",
                "--" + option + " 5000");
  return value;
}

void add_hardware(const Arguments& arguments, PlanReport& report) {
  report.table = plan::shipped_hardware();
  if (arguments.has("prices"))
    plan::apply_hardware(report.table, real_files().read(arguments.text("prices")), arguments.text("prices"));
  std::vector<plan::Rig> rigs;
  if (arguments.has("hardware")) rigs = plan::parse_rigs(report.table, arguments.text("hardware"));
  if (arguments.has("team")) {
    report.advice.push_back(plan::advise_team(report.table, arguments.number("team", 1)));
    for (plan::Rig& rig : plan::parse_rigs(report.table, report.advice.back().hardware))
      if (std::ranges::none_of(rigs, [&](const plan::Rig& known) { return known.name() == rig.name(); }))
        rigs.push_back(std::move(rig));
  }
  const bool money = arguments.has("money");
  if (money && rigs.empty()) rigs = plan::parse_rigs(report.table, "4090,2x4090,a6000,a100,4xa100");
  report.held_out = plan::leave_one_out(report.table);
  const plan::Throughput throughput(report.table);
  std::vector<plan::Estimate> fitting;
  for (const plan::Rig& rig : rigs) {
    report.rigs.push_back(train::plan_rig(report.run, report.table, throughput, rig));
    if (report.rigs.back().fits) fitting.push_back(report.rigs.back().estimate);
  }
  if (!money) return;
  if (!report.data_known)
    throw Error(ErrorCode::kUsage, "--money needs the number of pictures", "neither a folder nor --pictures was given",
                "add --pictures 100000");
  if (plan::Advice advice = plan::advise_money(report.table, fitting, amount(arguments, "money")); !advice.why.empty())
    report.advice.push_back(std::move(advice));
}

ProbeResult probe(const train::RunPlan& run, const std::string& scratch) {
  config::Recipe recipe = run.recipe;
  recipe.data.path.clear();
  constexpr int64_t kSteps = 20;
  constexpr double kSeconds = 30;
  const train::BenchmarkFigures figures = train::run_benchmark(real_files(), recipe, kSteps, scratch, kSeconds);
  return {.images_per_second = figures.step_images_per_second,
          .seconds_a_step = static_cast<double>(recipe.train.batch) / figures.step_images_per_second};
}

bool wants_colour() {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

}  // namespace

int run_plan(const Arguments& arguments) {
  const ScratchFolder scratch("surefoot-plan");
  const config::Recipe recipe = recipe_from(arguments);
  PlanReport report;
  plan::DataFacts counted;
  const bool folder = !recipe.data.path.empty();
  if (folder) counted = facts_of(recipe, scratch.path());
  const plan::DataFacts facts = facts_told(arguments, counted);
  report.data_known = facts.train_pictures > 0;
  report.run = train::plan_run({.recipe = recipe, .data = facts, .budget = arguments.text("memory")});
  if (report.run.fit.chosen)
    report.choice = plan::choice_keys(report.run.recipe, *report.run.fit.chosen, report.run.groups_matter);
  if (arguments.has("hardware") || arguments.has("team") || arguments.has("money") || arguments.has("prices"))
    add_hardware(arguments, report);
  if (arguments.has("probe")) report.probe = probe(report.run, scratch.path());
  print_result(arguments.has("json") ? plan_json(report) + "\n" : plan_text(report, wants_colour()));
  return 0;
}

}  // namespace surefoot::cli
