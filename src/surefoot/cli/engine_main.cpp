// surefoot-engine: the part of surefoot that holds libtorch. Started by `surefoot`, or directly as a worker.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "surefoot/base/error.h"
#include "surefoot/base/exit_codes.h"
#include "surefoot/cli/engine_commands.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/translate_error.h"

namespace {

int run(int argc, char** argv) {
  using namespace surefoot::cli;
  const Arguments arguments = parse_arguments(argc, argv);
  const bool names_command = !arguments.command.empty() && arguments.command != "version";
  if (arguments.help || !names_command || !command_named(arguments.command).in_engine) {
    throw surefoot::Error(surefoot::ErrorCode::kUsage,
                          "surefoot-engine only trains, plans, evaluates, predicts, lists models and measures",
                          "help, presets and recipes are answered by surefoot itself", "surefoot --help");
  }
  surefoot::tensor::install_cpu_allocator();
  return surefoot::tensor::translated("surefoot " + arguments.command, [&] {
    if (arguments.command == "train") return run_train(arguments);
    if (arguments.command == "plan") return run_plan(arguments);
    if (arguments.command == "eval") return run_eval(arguments);
    if (arguments.command == "predict") return run_predict(arguments);
    if (arguments.command == "models") return run_models(arguments);
    if (arguments.command == "label-scores") return run_label_scores(arguments);
    return run_bench(arguments);
  });
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const surefoot::Error& error) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s\n", error.what());
    const bool supervised = std::getenv(surefoot::kSupervisedVariable) != nullptr;
    return supervised && error.code() == surefoot::ErrorCode::kDeviceLost ? surefoot::kExitDeviceLost
                                                                          : error.exit_code();
  }
}
