#include "surefoot/train/session.h"

#include <ATen/Parallel.h>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/error.h"
#include "surefoot/nn/weights.h"
#include "surefoot/tensor/device.h"
#include "surefoot/tensor/host_memory.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/checkpoints/save_checkpoint.h"
#include "surefoot/train/memory/govern_memory.h"
#include "surefoot/train/memory/predict_memory.h"
#include "surefoot/train/model_card.h"
#include "surefoot/train/open_data.h"
#include "surefoot/train/resolve.h"
#include "surefoot/train/start_weights.h"
#include "surefoot/version.h"

namespace surefoot::train {
namespace {

using config::Recipe;

/// RUN/request.yaml holds the recipe as it was asked for, RUN/recipe.yaml as it was resolved.
std::string request_file(const Session& s) { return join_path(s.folder.path(), "request.yaml"); }

Recipe read_recipe(Files& files, const std::string& path) {
  Recipe recipe;
  config::apply_yaml(recipe, files.read(path), path);
  return recipe;
}

/// At resume: refuses a changed request, or takes the changes over into the resolved recipe.
Recipe resumed_recipe(Session& s, const TrainRequest& request, std::vector<config::Difference>& changes) {
  const Recipe before = read_recipe(s.files, request_file(s));
  Recipe resolved = read_recipe(s.files, s.folder.recipe_file());
  changes = config::diff(before, request.recipe);
  if (!changes.empty() && !request.allow_changes) {
    std::string why = "this run was started with another recipe:";
    for (const auto& change : changes) why += " " + change.key + ": " + change.before + " -> " + change.after + ";";
    throw Error(ErrorCode::kRecipeChanged, "the run " + s.folder.path() + " cannot go on with this recipe", why,
                "repeat the command that it was started with, add --allow-changes to go on with the new values, or "
                "choose another --out");
  }
  for (const auto& change : changes) config::set(resolved, change.key, change.after, "--allow-changes");
  return resolved;
}

void build_model(Session& s, bool resumed) {
  const at::ScalarType dtype = tensor::weight_dtype(s.precision);
  s.model = nn::make_model(
      s.recipe.model.name, model_options_of(s.recipe, static_cast<int64_t>(s.manifest->classes().size())),
      {.device = s.device, .dtype = dtype, .seed = static_cast<uint64_t>(s.recipe.run.seed), .prefix = ""});
  const bool channels_last = s.recipe.train.channels_last && s.model->prefers_channels_last();
  if (channels_last) s.model->set_memory_format(at::MemoryFormat::ChannelsLast);
  if (!resumed && !s.recipe.model.weights.empty()) load_start_weights(s);
  s.normalizer = std::make_unique<Normalizer>(s.recipe.data.mean, s.recipe.data.std, s.device, dtype, channels_last);
  if (s.recipe.model.freeze == "backbone") s.model->freeze_backbone();
  s.trainable = s.model->trainable_parameters();
  s.groups_matter = nn::learns_from_groups(*s.model);
  s.batch_norm = std::make_unique<nn::BatchNormSums>();
  s.optimizer = optim::make_optimizer(s.recipe, *s.model);
  if (s.recipe.train.ema > 0) s.ema = std::make_unique<optim::Ema>(*s.model, s.recipe.train.ema);
  if (s.precision == tensor::Precision::kFp16) s.scaler = std::make_unique<optim::LossScaler>();
  s.metadata = to_metadata(card_of(s.recipe, s.manifest->classes()));
}

void start_record(Session& s) {
  int64_t parameters = 0;
  for (const auto& named : s.model->named_parameters()) parameters += named.tensor.numel();
  const auto text = [](const std::string& v) { return v; };
  s.log->write(s.progress.step, "run_started",
               {{"model", s.recipe.model.name},
                {"classes", static_cast<int64_t>(s.manifest->classes().size())},
                {"train_pictures", static_cast<int64_t>(s.train_sampler->size())},
                {"val_pictures", static_cast<int64_t>(s.val_sampler->size())},
                {"parameters", parameters},
                {"device", tensor::describe_device(s.device)},
                {"precision", text(s.recipe.train.precision)},
                {"threads", s.recipe.train.threads},
                {"batch", s.recipe.train.batch},
                {"micro_batch", s.recipe.train.micro_batch},
                {"group", s.recipe.train.batch_norm_group},
                {"total_steps", s.total_steps},
                {"epochs", s.recipe.train.epochs},
                {"steps_per_epoch", s.progress.steps_per_epoch},
                {"version", text(kVersion)},
                {"out", s.folder.path()},
                {"data", s.recipe.data.path}});
  if (s.manifest->split_was_made()) {
    s.log->write(s.progress.step, "resolved",
                 {{"key", text("validation")},
                  {"value", std::to_string(s.val_sampler->size()) + " pictures"},
                  {"why", text("the data have no validation part: data.val_fraction was split off, the same for the "
                               "same seed and names")}});
  }
}

}  // namespace

Trainee Session::trainee() {
  return {.recipe = recipe,
          .schedule = *schedule,
          .normalizer = *normalizer,
          .device = device,
          .precision = precision,
          .model = *model,
          .trainable = trainable,
          .batch_norm = *batch_norm,
          .optimizer = *optimizer,
          .ema = ema.get(),
          .scaler = scaler.get(),
          .progress = progress,
          .footing = footing,
          .observer = observer,
          .groups_matter = groups_matter};
}

Snapshot Session::snapshot(Copies copies) const {
  const auto copy = [copies](const NamedTensors& tensors) {
    NamedTensors held;
    for (const auto& [name, value] : tensors)
      held.emplace_back(name, copies == Copies::kYes ? tensor::host_copy(value) : value.detach());
    return held;
  };
  Snapshot snapshot{.progress = progress,
                    .weights = copy(nn::state_dict(*model)),
                    .ema = ema ? copy(ema->state()) : NamedTensors{},
                    .optimizer = copy(optimizer->state()),
                    .metadata = metadata};
  snapshot.progress.train_seconds = train_seconds();
  snapshot.progress.memory.footing = footing;
  if (scaler)
    snapshot.progress.scaler_scale = scaler->scale(), snapshot.progress.scaler_good_steps = scaler->good_steps();
  return snapshot;
}

void Session::restore(const Snapshot& snapshot) {
  nn::load_weights(*model, {.tensors = snapshot.weights, .metadata = {}}, {.strict = true});
  optimizer->load(snapshot.optimizer);
  if (ema) ema->load(snapshot.ema);
  if (scaler) *scaler = optim::LossScaler(snapshot.progress.scaler_scale, snapshot.progress.scaler_good_steps);
}

void Session::save_checkpoint(bool keep) { train::save_checkpoint(*this, keep); }

std::unique_ptr<Session> open_session(const TrainRequest& request,
                                      Files& files,
                                      const Clock& clock,
                                      std::string& finished_message) {
  auto session = std::make_unique<Session>(files, clock, request.out);
  Session& s = *session;
  s.started = clock.now();
  s.log = std::make_unique<runs::EventLog>(files, s.folder.events_file(), clock);
  for (const auto& sink : request.sinks) s.log->add_sink(sink);

  const bool known = files.exists(request_file(s)) && files.exists(s.folder.recipe_file());
  std::vector<config::Difference> changes;
  std::vector<std::array<std::string, 3>> resolved;
  s.recipe = known ? resumed_recipe(s, request, changes) : request.recipe;
  s.asked = request.recipe;
  s.recipe.typed = s.asked.typed;  // reading RUN/recipe.yaml makes everything look typed
  const Resolved on_resolved = [&](const std::string& key, const std::string& value, const std::string& why) {
    resolved.push_back({key, value, why});
  };
  s.device = resolve(s.recipe, on_resolved);
  config::check(s.recipe);
  govern_memory(s, on_resolved);
  s.precision = tensor::resolve_precision(s.recipe.train.precision, s.device);
  at::set_num_threads(static_cast<int>(s.recipe.train.threads));

  s.store = std::make_unique<CheckpointStore>(files, s.folder.checkpoints_folder(), s.recipe.checkpoint.keep);
  const auto newest = s.store->load_newest([&](const std::string& file, const std::string& why) {
    s.log->write(0, "checkpoint_damaged", {{"file", file}, {"why", why}});
  });
  if (newest) {
    s.progress = newest->progress;
    s.seconds_before = newest->progress.train_seconds;
    if (s.progress.finished && changes.empty() && files.exists(s.folder.summary_file())) {
      finished_message = "run " + s.folder.path() + " is finished (" + s.progress.finish_reason + "); nothing to do";
      return nullptr;
    }
    if (!changes.empty()) s.progress.finished = false;
  }
  if (!known || !changes.empty()) {
    config::check(s.recipe);
    write_atomically(files, request_file(s), config::to_yaml(request.recipe));
    write_atomically(files, s.folder.recipe_file(), config::to_yaml(s.recipe));
  }
  open_data(s, request, newest.has_value());
  open_loaders(s, on_resolved);
  if (s.progress.step >= s.total_steps) s.progress.finished = true;  // killed between the last step and the report
  build_model(s, newest.has_value());
  s.step_seen = s.progress.step;
  s.progress.data_fingerprint = s.manifest->fingerprint();
  s.progress.threads = s.recipe.train.threads;
  s.progress.precision = s.recipe.train.precision;
  s.progress.device = s.recipe.train.device;
  s.progress.model = s.recipe.model.name;
  if (newest) s.restore(*newest);
  leave_room(s, on_resolved);
  const std::string why_footing =
      find_footing(s, !known, newest && changes.empty() ? &newest->progress : nullptr, on_resolved);
  tensor::reset_peak(s.device);

  start_record(s);
  if (newest)
    s.log->write(s.progress.step, "run_resumed",
                 {{"from", "step " + std::to_string(s.progress.step)}, {"epoch", s.progress.epoch() + 1}});
  for (const auto& [key, value, why] : resolved)
    s.log->write(s.progress.step, "resolved", {{"key", key}, {"value", value}, {"why", why}});
  if (!known && !why_footing.empty()) say_start_footing(s, why_footing);
  predict_memory(s);
  for (const auto& change : changes)
    s.log->write(s.progress.step, "recipe_changed",
                 {{"key", change.key}, {"before", change.before}, {"after", change.after}});

  s.writer = std::make_unique<CheckpointWriter>(*s.store, [&s](const CheckpointWriter::Outcome& outcome) {
    const int64_t step = outcome.snapshot.progress.step;
    if (!outcome.error) {
      const bool best = outcome.snapshot.progress.best.step == step;
      s.log->write(step, "checkpoint",
                   {{"file", outcome.saved.file},
                    {"bytes", static_cast<int64_t>(outcome.saved.bytes)},
                    {"seconds", outcome.seconds},
                    {"kinds", std::string(best ? "last best" : "last")}});
      return;
    }
    try {
      std::rethrow_exception(outcome.error);
    } catch (const Error& error) {
      s.log->write(step, "checkpoint_failed",
                   {{"message", error.what_failed() + ": " + error.why() + "; " + error.fix()}});
    } catch (const std::exception& error) {
      s.log->write(step, "checkpoint_failed", {{"message", std::string(error.what())}});
    }
  });
  return session;
}

}  // namespace surefoot::train
