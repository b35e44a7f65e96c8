#include "surefoot/train/finish.h"

#include "surefoot/base/atomic_file.h"
#include "surefoot/nn/weights.h"
#include "surefoot/tensor/device.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/epoch_end.h"
#include "surefoot/train/memory/predict_memory.h"
#include "surefoot/train/run_report.h"

namespace surefoot::train {

runs::Summary finish_run(Session& s) {
  if (s.memory_peaks.predicted == 0) predict_memory(s);  // what is in force is not what the run began with
  const runs::Summary summary = summarise(s);
  nn::load_weights(*s.model,
                   tensor::read_safetensors(s.files, join_path(s.folder.checkpoints_folder(), "best.safetensors")),
                   {.strict = true});
  EvalDetails details;
  evaluate_session(s, &details);
  s.log->write(s.progress.step, "run_finished",
               {{"reason", s.progress.finish_reason},
                {"top1", summary.top1},
                {"top5", summary.top5},
                {"best_epoch", summary.best_epoch},
                {"seconds", summary.seconds},
                {"images_per_second", summary.images_per_second},
                {"peak_memory_bytes", static_cast<int64_t>(summary.peak_memory_bytes)},
                {"evaluation_peak_memory_bytes", static_cast<int64_t>(s.memory_peaks.evaluation)},
                {"predicted_peak_bytes", static_cast<int64_t>(summary.predicted_peak_bytes)},
                {"memory_bytes", static_cast<int64_t>(tensor::device_memory(s.device).live_bytes)},
                {"effective_training_time", summary.time.effective()},
                {"incidents", runs::incidents_text(summary.incidents)},
                {"footing", summary.footing}});
  s.log->flush(true);
  write_atomically(s.files, s.folder.report_file(), render_report(s, details));
  write_atomically(s.files, s.folder.summary_file(),
                   runs::to_json(summarise(s)) + "\n");  // last: it says that the run is done
  return summary;
}

runs::Summary summarise(Session& s) {
  const Progress& p = s.progress;
  runs::Summary summary{.model = p.model,
                        .reason = p.finish_reason,
                        .precision = p.precision,
                        .device = tensor::describe_device(s.device),
                        .top1 = p.best.top1,
                        .top5 = p.best.top5,
                        .loss = p.best.loss,
                        .best_epoch = p.best.epoch,
                        .steps = p.step,
                        .epochs = (p.step + p.steps_per_epoch - 1) / p.steps_per_epoch,
                        .classes = static_cast<int64_t>(s.manifest->classes().size()),
                        .train_pictures = static_cast<int64_t>(s.train_sampler->size()),
                        .val_pictures = static_cast<int64_t>(s.val_sampler->size()),
                        .best_weights = p.best.weights,
                        .seconds = s.train_seconds()};
  summary.images_per_second = static_cast<double>(p.pictures_seen) / std::max(1e-9, summary.seconds);
  runs::TimeAccount account;
  runs::read_events(s.files, s.folder.events_file(), [&](const runs::Event& event) { account.add(event); });
  summary.time = account.spent();
  summary.incidents = account.incidents();
  summary.rehearsed = account.rehearsed();
  summary.peak_memory_bytes = training_peak(s);
  summary.evaluation_peak_memory_bytes = s.memory_peaks.evaluation;
  summary.predicted_peak_bytes = s.memory_peaks.predicted;
  summary.eval_resize = s.recipe.data.eval_resize;
  summary.eval_crop = s.recipe.data.image_size;
  summary.mean = s.recipe.data.mean;
  summary.std = s.recipe.data.std;
  summary.interpolation = s.recipe.data.interpolation;
  summary.events = s.log->counts();
  summary.memory_shortages = summary.events["out_of_memory"];
  summary.footing = plan::describe(s.footing);
  return summary;
}

}  // namespace surefoot::train
