#include "surefoot/train/session.h"

#include <ATen/Parallel.h>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/error.h"
#include "surefoot/nn/weights.h"
#include "surefoot/tensor/device.h"
#include "surefoot/tensor/host_memory.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/train/model_card.h"
#include "surefoot/train/pinned_batches.h"
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

void open_data(Session& s, const TrainRequest& request, bool resumed) {
  const std::string manifest_file = join_path(s.folder.cache_folder(), "manifest.bin");
  const std::string before_file = manifest_file + ".before";
  if (resumed && s.files.exists(manifest_file)) write_atomically(s.files, before_file, s.files.read(manifest_file));
  data::ScanReport report;
  s.manifest = data::scan(s.files, s.recipe.data.path,
                          {.val_fraction = s.recipe.data.val_fraction,
                           .seed = static_cast<uint64_t>(s.recipe.run.seed),
                           .cache_folder = s.folder.cache_folder(),
                           .progress =
                               [&](uint64_t) {
                                 if (request.interrupted && request.interrupted())
                                   throw Error(ErrorCode::kInterrupted, "interrupted while looking for pictures", "",
                                               "run the same command again: the scan goes on where it was");
                               }},
                          report);
  for (const std::string& warning : report.warnings) s.log->write(s.progress.step, "warning", {{"message", warning}});
  if (s.progress.data_fingerprint.empty() || s.progress.data_fingerprint == s.manifest->fingerprint()) return;
  std::string changes;
  if (s.files.exists(before_file)) {
    for (const std::string& line : data::describe_changes(*data::open_manifest(before_file), *s.manifest))
      changes += "\n       " + line;
  }
  if (!request.allow_changes) {
    if (s.files.exists(before_file))
      s.files.rename(before_file, manifest_file);  // the next try still knows what was there at the start
    throw Error(ErrorCode::kDataChanged,
                "the data in " + s.recipe.data.path + " differ from those that this run was started with",
                changes.empty() ? "their fingerprint changed" : "changed:" + changes,
                "restore the data, add --allow-changes to go on with them as they are, or choose another --out");
  }
  s.log->write(s.progress.step, "warning", {{"message", "the data changed since the run began" + changes}});
}

data::LoaderOptions loader_options(Session& s, bool training) {
  const Recipe& r = s.recipe;
  return {.transform = transform_of(r),
          .training = training,
          .batch = training ? r.train.batch : r.train.eval_batch,
          .seed = static_cast<uint64_t>(r.run.seed),
          .workers = static_cast<int>(r.data.workers),
          .prefetch = static_cast<int>(r.data.prefetch),
          .max_bad_fraction = r.data.max_bad_fraction,
          .read_retries = static_cast<int>(r.data.read_retries),
          .on_bad = [&s](const std::string& path, const std::string& why) {
            s.log->write(s.step_seen, "bad_picture", {{"path", path}, {"why", why}});
          }};
}

void open_loaders(Session& s) {
  const auto seed = static_cast<uint64_t>(s.recipe.run.seed);
  std::vector<double> weights;
  if (!s.recipe.data.sampler_file.empty())
    weights = data::read_sampler_file(s.files, s.recipe.data.sampler_file, *s.manifest);
  s.train_sampler = std::make_unique<data::Sampler>(s.manifest->indices(data::Split::kTrain), seed, std::move(weights));
  s.val_sampler = std::make_unique<data::Sampler>(s.manifest->indices(data::Split::kValidation), seed);
  s.allocator = batch_allocator(s.device);
  s.train_loader = data::make_loader(s.files, *s.manifest, data::Split::kTrain, *s.train_sampler,
                                     loader_options(s, true), *s.allocator, s.clock);
  s.val_loader = data::make_loader(s.files, *s.manifest, data::Split::kValidation, *s.val_sampler,
                                   loader_options(s, false), *s.allocator, s.clock);
  s.progress.steps_per_epoch = s.train_loader->steps_per_epoch();
  s.total_steps = s.progress.steps_per_epoch * s.recipe.train.epochs;
  if (s.recipe.train.max_steps > 0) s.total_steps = std::min(s.total_steps, s.recipe.train.max_steps);
  s.schedule = std::make_unique<config::Schedule>(s.recipe, s.progress.steps_per_epoch, s.total_steps);
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
  s.batch_norm = std::make_unique<nn::BatchNormSums>();
  s.optimizer = optim::make_optimizer(s.recipe, *s.model);
  if (s.recipe.train.ema > 0) s.ema = std::make_unique<optim::Ema>(*s.model, s.recipe.train.ema);
  if (s.precision == tensor::Precision::kFp16) s.scaler = std::make_unique<optim::LossScaler>();
  s.metadata = to_metadata(card_of(s.recipe, s.manifest->classes()));
}

void restore(Session& s, const Snapshot& snapshot) {
  nn::load_weights(*s.model, {.tensors = snapshot.weights, .metadata = {}}, {.strict = true});
  s.optimizer->load(snapshot.optimizer);
  if (s.ema) s.ema->load(snapshot.ema);
  if (s.scaler) *s.scaler = optim::LossScaler(snapshot.progress.scaler_scale, snapshot.progress.scaler_good_steps);
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
          .observer = observer};
}

Snapshot Session::snapshot() const {
  const auto copy = [](const NamedTensors& tensors) {
    NamedTensors copies;
    for (const auto& [name, value] : tensors)
      copies.emplace_back(name, tensor::host_copy(value));
    return copies;
  };
  Snapshot snapshot{.progress = progress,
                    .weights = copy(nn::state_dict(*model)),
                    .ema = ema ? copy(ema->state()) : NamedTensors{},
                    .optimizer = copy(optimizer->state()),
                    .metadata = metadata};
  snapshot.progress.train_seconds = train_seconds();
  if (scaler)
    snapshot.progress.scaler_scale = scaler->scale(), snapshot.progress.scaler_good_steps = scaler->good_steps();
  return snapshot;
}

void Session::save_checkpoint(bool keep) {
  Snapshot copy = snapshot();
  copy.keep = keep;
  writer->submit(std::move(copy));
}

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
  s.device = resolve(s.recipe, [&](const std::string& key, const std::string& value, const std::string& why) {
    resolved.push_back({key, value, why});
  });
  config::check(s.recipe);
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
  open_loaders(s);
  if (s.progress.step >= s.total_steps) s.progress.finished = true;  // killed between the last step and the report
  build_model(s, newest.has_value());
  s.step_seen = s.progress.step;
  s.progress.data_fingerprint = s.manifest->fingerprint();
  s.progress.micro_batch = s.recipe.train.micro_batch;
  s.progress.threads = s.recipe.train.threads;
  s.progress.precision = s.recipe.train.precision;
  s.progress.device = s.recipe.train.device;
  s.progress.model = s.recipe.model.name;
  if (newest) restore(s, *newest);
  s.footing = {.micro_batch = s.progress.micro_batch,
               .prefetch = s.recipe.data.prefetch,
               .eval_batch = s.recipe.train.eval_batch};
  tensor::reset_peak(s.device);

  start_record(s);
  if (newest)
    s.log->write(s.progress.step, "run_resumed",
                 {{"from", "step " + std::to_string(s.progress.step)}, {"epoch", s.progress.epoch() + 1}});
  for (const auto& [key, value, why] : resolved)
    s.log->write(s.progress.step, "resolved", {{"key", key}, {"value", value}, {"why", why}});
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
    } catch (const std::exception& error) {
      s.log->write(step, "checkpoint_failed", {{"message", std::string(error.what())}});
    }
  });
  return session;
}

}  // namespace surefoot::train
