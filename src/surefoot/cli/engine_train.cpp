#include <unistd.h>

#include <cstdio>
#include <optional>

#include "surefoot/base/escape.h"
#include "surefoot/base/exit_codes.h"
#include "surefoot/cli/chaos_plan.h"
#include "surefoot/cli/engine_commands.h"
#include "surefoot/cli/engine_interrupt.h"
#include "surefoot/cli/recipe_arguments.h"
#include "surefoot/runs/console.h"
#include "surefoot/runs/tensorboard.h"
#include "surefoot/train/finish.h"
#include "surefoot/train/loop.h"
#include "surefoot/train/safety/chaos_hooks.h"

namespace surefoot::cli {

int run_train(const Arguments& arguments) {
  catch_interrupts();
  train::TrainRequest request;
  request.recipe = recipe_from(arguments);
  request.out = run_folder_of(arguments, request.recipe);
  request.allow_changes = arguments.has("allow-changes");
  request.interrupted = interrupted;

  if (!arguments.has("quiet")) request.sinks.push_back(runs::make_console(!arguments.has("no-progress")));
  if (request.recipe.log.tensorboard)
    request.sinks.push_back(std::make_shared<runs::TensorBoardSink>(real_files(), join_path(request.out, "tb")));

  std::string finished;
  // Rehearsed faults stand in front of the files; without a plan there are none.
  const std::vector<chaos::Fault> plan = chaos_plan(arguments);
  chaos::FaultyDisk disk(real_files(), real_clock(), request.out);
  Files& files = plan.empty() ? real_files() : disk;
  const auto session = train::open_session(request, files, real_clock(), finished);
  if (!session) {
    std::fprintf(stderr, "%s\n", escape_terminal(finished).c_str());
    return 0;
  }
  std::optional<train::ChaosHooks> hooks;
  if (!plan.empty()) hooks.emplace(*session, plan, disk);
  const train::LoopEnd end = train::run_loop(*session, interrupted);
  if (end == train::LoopEnd::kRestart) return kExitRestart;
  if (end == train::LoopEnd::kInterrupted) {
    std::fprintf(stderr, "stopped; a checkpoint of step %lld is saved. To go on: %s\n",
                 static_cast<long long>(session->progress.step), command_line(arguments).c_str());
    return kExitInterrupted;
  }
  const runs::Summary summary = train::finish_run(*session);
  if (arguments.has("json")) {
    std::printf("%s\n", runs::to_json(summary).c_str());
  } else {
    std::printf("best top-1 %.4f (epoch %lld)\nweights %s\nreport  %s\n", summary.top1,
                static_cast<long long>(summary.best_epoch),
                escape_terminal(join_path(session->folder.checkpoints_folder(), "best.safetensors")).c_str(),
                escape_terminal(session->folder.report_file()).c_str());
  }
  return 0;
}

}  // namespace surefoot::cli
