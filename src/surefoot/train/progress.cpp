#include "surefoot/train/progress.h"

#include <nlohmann/json.hpp>

#include "surefoot/base/error.h"

namespace surefoot::train {
namespace {
using nlohmann::ordered_json;

/// One list of members serves both directions.
template <class P, class Visit>
void visit_members(P& p, Visit&& visit) {
  visit("step", p.step);
  visit("updates", p.updates);
  visit("steps_per_epoch", p.steps_per_epoch);
  visit("epochs_since_best", p.epochs_since_best);
  visit("epoch_loss_sum", p.epoch_loss_sum);
  visit("epoch_pictures", p.epoch_pictures);
  visit("train_seconds", p.train_seconds);
  visit("pictures_seen", p.pictures_seen);
  visit("scaler_scale", p.scaler_scale);
  visit("scaler_good_steps", p.scaler_good_steps);
  visit_footing(p.memory, visit);
  visit("lr_scale", p.lr_scale);
  guards::visit_members(p.divergence,
                        [&](const std::string& name, auto& value) { visit(("divergence_" + name).c_str(), value); });
  visit("threads", p.threads);
  visit("precision", p.precision);
  visit("device", p.device);
  visit("data_fingerprint", p.data_fingerprint);
  visit("model", p.model);
  visit("best_top1", p.best.top1);
  visit("best_top5", p.best.top5);
  visit("best_loss", p.best.loss);
  visit("best_epoch", p.best.epoch);
  visit("best_step", p.best.step);
  visit("best_weights", p.best.weights);
  visit("finished", p.finished);
  visit("finish_reason", p.finish_reason);
}
}  // namespace

std::string to_json(const Progress& progress) {
  ordered_json json;
  visit_members(progress, [&](const char* name, const auto& value) { json[name] = value; });
  return json.dump(1);
}

Progress progress_from_json(const std::string& text) {
  Progress progress;
  try {
    const ordered_json json = ordered_json::parse(text);
    json.at("step");
    // What a later version added keeps its default; damage is the checksum's business.
    visit_members(progress, [&](const char* name, auto& value) {
      if (json.contains(name)) json.at(name).get_to(value);
    });
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorCode::kCheckpointDamaged, "a checkpoint's state cannot be read", error.what(),
                "an earlier checkpoint of the run will do");
  }
  return progress;
}

}  // namespace surefoot::train
