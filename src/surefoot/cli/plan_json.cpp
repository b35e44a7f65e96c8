#include <nlohmann/json.hpp>

#include "surefoot/base/escape.h"
#include "surefoot/cli/plan_text.h"

namespace surefoot::cli {
namespace {

using Json = nlohmann::ordered_json;

Json option_json(const plan::Option& option) {
  Json json{{"precision", option.precision},
            {"optimizer", option.optimizer},
            {"micro_batch", option.footing.micro_batch},
            {"recompute", plan::recompute_text(option.footing.recompute)},
            {"eval_batch", option.footing.eval_batch},
            {"predicted_peak_bytes", option.peak_bytes},
            {"evaluation_peak_bytes", option.evaluation_peak_bytes},
            {"slow_down", option.slow_down},
            {"fits", option.fits}};
  if (option.reserved_bytes > 0) json["reserved_bytes"] = option.reserved_bytes;
  return json;
}

Json breakdown_json(const plan::DryRun& run) {
  Json breakdown, blocks;
  for (size_t h = 0; h < plan::kHolders; ++h)
    breakdown[plan::holder_name(static_cast<plan::Holder>(h))] = run.at_peak[h];
  for (size_t b = 0; b < run.activations_at_peak.size(); ++b)
    blocks[b < run.blocks.size() ? run.blocks[b].name : "other"] = run.activations_at_peak[b];
  breakdown["activations_by_block"] = blocks;
  breakdown["phase"] = run.peak_phase;
  return breakdown;
}

Json money(const std::optional<double>& amount) { return amount ? Json(*amount) : Json(nullptr); }

Json cost_json(const PlanReport& report) {
  Json rigs = Json::array();
  for (const train::RigPlan& rig : report.rigs) {
    const plan::Estimate& e = rig.estimate;
    rigs.push_back({{"hardware", e.hardware},
                    {"fits", rig.fits},
                    {"memory_bytes", static_cast<int64_t>(rig.memory_bytes)},
                    {"reserved_bytes", rig.way.reserved_bytes},
                    {"micro_batch", rig.way.footing.micro_batch},
                    {"recompute", plan::recompute_text(rig.way.footing.recompute)},
                    {"precision", rig.way.precision},
                    {"images_per_second", e.rate},
                    {"basis", e.basis}});
    if (!report.data_known) continue;
    rigs.back().update({{"hours", e.hours},
                        {"kwh", e.kwh},
                        {"power_cost", e.power_cost},
                        {"own_cost", money(e.own_cost)},
                        {"rent_cost", money(e.rent_cost)},
                        {"purchase", money(e.purchase)}});
  }
  return {{"currency", report.table.prices.currency},
          {"rate_error_median", report.held_out.median},
          {"rate_error_worst", report.held_out.worst},
          {"hardware", rigs}};
}

}  // namespace

std::string plan_json(const PlanReport& report) {
  const train::RunPlan& run = report.run;
  const plan::Fit& fit = run.fit;
  Json json{{"model", printable(run.recipe.model.name)},
            {"device", printable(run.device)},
            {"classes", run.data.classes},
            {"predicted_peak_bytes", fit.asked.peak_bytes},
            {"evaluation_peak_bytes", fit.asked.evaluation_peak_bytes},
            {"budget_bytes", run.budget_bytes},
            {"fits", fit.asked.fits},
            {"choice", fit.chosen ? Json(report.choice) : Json(nullptr)}};
  if (report.choice.empty() && fit.chosen) json["choice"] = Json::object();
  if (fit.chosen) json["choice_peak_bytes"] = fit.chosen->peak_bytes, json["choice_slow_down"] = fit.chosen->slow_down;
  if (fit.asked.reserved_bytes > 0) json["reserved_bytes"] = fit.asked.reserved_bytes;
  json["breakdown"] = breakdown_json(run.asked);
  json["host"] = {{"total_bytes", run.host.total_bytes}};
  for (const plan::HostTerm& term : run.host.terms) json["host"]["terms"][term.name] = term.bytes;
  json["pareto"] = Json::array(), json["others"] = Json::array(), json["remedies"] = Json::array();
  for (const plan::Option& option : fit.pareto) json["pareto"].push_back(option_json(option));
  for (const plan::Option& option : fit.others) json["others"].push_back(option_json(option));
  for (const plan::Remedy& remedy : fit.remedies) {
    Json set = Json::object();
    for (const plan::Change& change : remedy.changes) set[change.key] = change.value;
    json["remedies"].push_back({{"set", set}, {"predicted_peak_bytes", remedy.needed_bytes}, {"fits", remedy.fits}});
  }
  if (!report.rigs.empty()) json["cost"] = cost_json(report);
  for (const plan::Advice& advice : report.advice)
    json["advice"].push_back({{"hardware", advice.hardware}, {"why", advice.why}});
  if (report.probe) {
    json["probe"] = {{"images_per_second", report.probe->images_per_second},
                     {"seconds_a_step", report.probe->seconds_a_step}};
    if (report.data_known) {
      const plan::RunSize size = train::run_size(run.recipe, run.data);
      json["probe"]["hours"] = (size.trained + size.evaluated / 3) / report.probe->images_per_second / 3600;
    }
  }
  return json.dump(1);
}

}  // namespace surefoot::cli
