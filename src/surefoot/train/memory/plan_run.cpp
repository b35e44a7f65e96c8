#include "surefoot/train/memory/plan_run.h"

#include "surefoot/config/memory_budget.h"
#include "surefoot/nn/model.h"
#include "surefoot/optim/optimizer.h"
#include "surefoot/tensor/device.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/memory/dry_run.h"
#include "surefoot/train/model_card.h"
#include "surefoot/train/resolve.h"

namespace surefoot::train {
namespace {

bool is_half(const std::string& precision) { return precision == "bf16" || precision == "fp16"; }

/// Orders of magnitude of an AVX-512 core; slow-downs are ratios, and --probe measures.
plan::Speed cpu_speed(const std::string& precision, int64_t wanted_threads) {
  const auto threads = static_cast<double>(std::max<int64_t>(1, wanted_threads));
  constexpr double kFlopACore = 6e10, kNativeHalf = 2.3, kEmulatedHalf = 0.6, kBytesACore = 1e10, kPasses = 12;
  const double half = precision == "bf16" && tensor::has_native_bf16(at::kCPU) ? kNativeHalf : kEmulatedHalf;
  return {.flop = threads * kFlopACore * (is_half(precision) ? half : 1),
          .traffic = threads * kBytesACore / kPasses,
          .bandwidth = threads * kBytesACore,
          .launch = 0};
}

/// A card's figures in the data sheet, so that a GPU here has some: its share and passes are those of the table.
plan::Speed gpu_speed(const std::string& precision) {
  const plan::HardwareTable table = plan::shipped_hardware();
  return plan::Throughput(table).speed(table.card("4090"), is_half(precision));
}

bool model_learns_from_groups(const config::Recipe& recipe, int64_t classes) {
  const auto model =
      nn::make_model(recipe.model.name, model_options_of(recipe, classes), {.device = at::kMeta, .dtype = at::kFloat});
  if (recipe.model.freeze == "backbone") model->freeze_backbone();
  return nn::learns_from_groups(*model);
}

plan::Rehearsal rehearsal(int64_t classes) {
  return [classes](const config::Recipe& recipe, const plan::Footing& footing) {
    return dry_run(recipe, classes, footing);
  };
}

plan::HostMemory host_beside(const RunPlan& run, const plan::Option& way) {
  const int64_t weights = run.asked.at_peak[static_cast<size_t>(plan::Holder::kWeights)];
  int64_t kept = 0;
  for (const plan::BlockCost& block : run.asked.blocks) kept += block.kept_bytes;
  return plan::host_memory(run.recipe, way.footing, run.data, std::max(weights, way.resident_bytes),
                           way.footing.offload ? kept : 0);
}

void find_budget(RunPlan& run, const PlanRequest& request, at::Device device) {
  const tensor::MemoryCapacity capacity = tensor::memory_capacity(device);
  const std::string text = request.budget.empty() ? run.recipe.memory.budget : request.budget;
  if (!text.empty()) {
    // --memory may be larger than what is here: it is for planning.
    const uint64_t total = text.find_first_of("KMGTkmgt") == std::string::npos ? capacity.total_bytes : UINT64_MAX;
    run.budget_bytes = static_cast<int64_t>(std::min<uint64_t>(config::budget_bytes(text, total), INT64_MAX));
    run.budget_from = "as asked";
    return;
  }
  run.budget_bytes = static_cast<int64_t>(capacity.free_bytes);
  run.budget_from = "free on this device now";
  if (!run.on_cpu) return;
  plan::Option as_asked;
  as_asked.footing = {.prefetch = run.recipe.data.prefetch, .eval_batch = run.recipe.train.eval_batch};
  as_asked.resident_bytes = run.asked.resident_bytes;
  run.budget_bytes = plan::left_for_tensors(run.budget_bytes, host_beside(run, as_asked));
  run.budget_from = "free on this machine now, less what stands beside the tensors";
}

plan::FitRequest fit_request(const RunPlan& run) {
  const auto speed = [&](const std::string& precision) {
    return run.on_cpu ? cpu_speed(precision, run.recipe.train.threads) : gpu_speed(precision);
  };
  plan::FitRequest request{.recipe = run.recipe,
                           .groups_matter = run.groups_matter,
                           .budget_bytes = run.budget_bytes,
                           .counts_reserved = !run.on_cpu,
                           .speed = speed(run.recipe.train.precision),
                           .other_speeds = {},
                           .precisions = {"fp32", "bf16"},
                           .optimizers = {}};
  for (const std::string& precision : request.precisions) request.other_speeds[precision] = speed(precision);
  for (const optim::OptimizerSpec& spec : optim::all_optimizers()) request.optimizers.push_back(spec.name);
  return request;
}

}  // namespace

RunPlan plan_run(const PlanRequest& request) {
  RunPlan run{.recipe = request.recipe, .data = request.data};
  const at::Device device = resolve(run.recipe, [](const std::string&, const std::string&, const std::string&) {});
  config::check(run.recipe);
  run.device = tensor::describe_device(device);
  run.on_cpu = device.is_cpu();
  run.groups_matter = model_learns_from_groups(run.recipe, run.data.classes);
  const plan::Footing asked{.micro_batch = run.recipe.train.micro_batch,
                            .recompute = {},
                            .prefetch = run.recipe.data.prefetch,
                            .eval_batch = run.recipe.train.eval_batch};
  run.asked = dry_run(run.recipe, run.data.classes, asked);
  find_budget(run, request, device);
  run.fit = plan::fit(fit_request(run), rehearsal(run.data.classes));
  if (!run.fit.asked.footing.recompute.empty())
    run.asked = dry_run(run.recipe, run.data.classes, run.fit.asked.footing);
  run.host = host_beside(run, run.fit.chosen ? *run.fit.chosen : run.fit.asked);
  return run;
}

RigPlan plan_rig(const RunPlan& run,
                 const plan::HardwareTable& table,
                 const plan::Throughput& throughput,
                 const plan::Rig& rig) {
  constexpr double kUsable = 0.9;  // the rest is for the driver's context, workspaces and growth
  config::Recipe recipe = run.recipe;
  recipe.train.batch = std::max<int64_t>(2, recipe.train.batch / rig.count);
  if (!recipe.typed.contains("train.precision")) recipe.train.precision = "bf16";
  if (!recipe.typed.contains("train.micro_batch")) recipe.train.micro_batch = recipe.train.batch;
  recipe.train.micro_batch = std::min(recipe.train.micro_batch, recipe.train.batch);
  const bool half = is_half(recipe.train.precision);
  RigPlan plan{.estimate = {}, .memory_bytes = rig.card.memory * 1024 * 1024 * 1024};
  const plan::Rehearsal rehearse = rehearsal(run.data.classes);
  const plan::Fit fit = plan::fit({.recipe = recipe,
                                   .groups_matter = run.groups_matter,
                                   .budget_bytes = static_cast<int64_t>(plan.memory_bytes * kUsable),
                                   .counts_reserved = true,
                                   .speed = throughput.speed(rig.card, half),
                                   .other_speeds = {},
                                   .precisions = {},
                                   .optimizers = {},
                                   .choice_only = true},
                                  rehearse);
  plan.fits = fit.chosen.has_value();
  plan.way = fit.chosen ? *fit.chosen : fit.asked;
  plan.estimate = plan::estimate(table, throughput, rig, plan.way.work, run_size(run.recipe, run.data));
  return plan;
}

plan::Fit fit_within(
    const config::Recipe& resolved, int64_t classes, bool groups_matter, at::Device device, int64_t budget_bytes) {
  const std::string& precision = resolved.train.precision;
  return plan::fit({.recipe = resolved,
                    .groups_matter = groups_matter,
                    .budget_bytes = budget_bytes,
                    .counts_reserved = !device.is_cpu(),
                    .speed = device.is_cpu() ? cpu_speed(precision, resolved.train.threads) : gpu_speed(precision),
                    .other_speeds = {},
                    .precisions = {},
                    .optimizers = {},
                    .choice_only = true},
                   rehearsal(classes));
}

plan::RunSize run_size(const config::Recipe& recipe, const plan::DataFacts& data) {
  const int64_t steps = data.train_pictures < recipe.train.batch ? 1 : data.train_pictures / recipe.train.batch;
  const int64_t all = recipe.train.max_steps > 0 ? std::min(recipe.train.max_steps, steps * recipe.train.epochs)
                                                 : steps * recipe.train.epochs;
  const auto epochs = static_cast<double>((all + steps - 1) / steps);
  return {.trained = static_cast<double>(all * recipe.train.batch),
          .evaluated = epochs * static_cast<double>(data.val_pictures)};
}

PredictedPeaks predict_peaks(const config::Recipe& resolved, int64_t classes, const plan::Footing& footing) {
  const config::Recipe step = plan::shortened(resolved, footing.micro_batch);
  const plan::DryRun run = dry_run(step, classes, footing);
  return {run.predicted_peak_bytes + plan::bytes_of_labels(resolved.train.batch - step.train.batch),
          run.evaluation_peak_bytes};
}

}  // namespace surefoot::train
