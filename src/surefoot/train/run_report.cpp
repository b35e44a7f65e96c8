#include "surefoot/train/run_report.h"

#include "surefoot/base/error.h"
#include "surefoot/base/units.h"
#include "surefoot/report/thumbnail.h"
#include "surefoot/report/train_report.h"
#include "surefoot/runs/run_store.h"
#include "surefoot/tensor/device.h"
#include "surefoot/train/model_card.h"
#include "surefoot/version.h"

namespace surefoot::train {
namespace {

/// The picture as it is in the file; empty where it cannot be read any more.
std::string thumbnail_of(Session& s, uint32_t picture) {
  try {
    image::Pixels pixels;
    const image::Outcome outcome =
        image::decode(s.files.read(s.manifest->full_path(picture)), transform_of(s.recipe).decode, pixels);
    return outcome.ok() ? report::thumbnail(pixels) : "";
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

std::string render_report(Session& s, const EvalDetails& details) {
  report::TrainReport page;
  page.run = runs::read_run(s.files, s.folder.events_file());
  page.recipe_yaml = config::to_yaml(s.recipe);
  for (const auto& change : config::diff(config::Recipe{}, s.recipe))
    page.choices.push_back({change.key, change.before, change.after});
  page.classes = s.manifest->classes();
  page.confusion = details.confusion;
  for (const Mistake& mistake : details.worst) {
    page.worst.push_back({.path = std::string(s.manifest->path(mistake.picture)),
                          .label = mistake.label,
                          .predicted = mistake.predicted,
                          .confidence = mistake.confidence,
                          .thumbnail = thumbnail_of(s, mistake.picture)});
  }
  page.eval = {.resize = s.recipe.data.eval_resize,
               .crop = s.recipe.data.image_size,
               .mean = s.recipe.data.mean,
               .std = s.recipe.data.std,
               .interpolation = s.recipe.data.interpolation};
  page.facts = {{"device", tensor::describe_device(s.device)},
                {"precision", s.progress.precision},
                {"threads", std::to_string(s.progress.threads)},
                {"memory", plan::describe(s.footing)},
                {"surefoot", kVersion}};
  return report::render_train_report(page);
}

}  // namespace surefoot::train
