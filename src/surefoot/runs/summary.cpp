#include "surefoot/runs/summary.h"

#include <nlohmann/json.hpp>

#include "surefoot/base/escape.h"

namespace surefoot::runs {

std::string to_json(const Summary& s) {
  const nlohmann::ordered_json json{
      {"model", printable(s.model)},
      {"reason", printable(s.reason)},
      {"top1", s.top1},
      {"top5", s.top5},
      {"loss", s.loss},
      {"best_epoch", s.best_epoch},
      {"best_weights", s.best_weights},
      {"steps", s.steps},
      {"epochs", s.epochs},
      {"classes", s.classes},
      {"train_pictures", s.train_pictures},
      {"val_pictures", s.val_pictures},
      {"precision", s.precision},
      {"device", printable(s.device)},
      {"seconds", s.seconds},
      {"images_per_second", s.images_per_second},
      {"effective_training_time", s.time.effective()},
      {"lost_seconds", {{"restarts", s.time.restarts}, {"repeated_steps", s.time.repeated}, {"pauses", s.time.paused}}},
      {"incidents", s.incidents},
      {"rehearsed", s.rehearsed},
      {"peak_memory_bytes", s.peak_memory_bytes},
      {"evaluation_peak_memory_bytes", s.evaluation_peak_memory_bytes},
      {"predicted_peak_bytes", s.predicted_peak_bytes},
      {"memory", {{"shortages", s.memory_shortages}, {"footing", s.footing}}},
      {"eval",
       {{"resize", s.eval_resize},
        {"crop", s.eval_crop},
        {"mean", s.mean},
        {"std", s.std},
        {"interpolation", s.interpolation}}},
      {"events", s.events}};
  return json.dump(1);
}

}  // namespace surefoot::runs
