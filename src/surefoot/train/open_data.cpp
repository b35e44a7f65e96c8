#include "surefoot/train/open_data.h"

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/error.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/translate_error.h"
#include "surefoot/train/model_card.h"
#include "surefoot/train/pinned_batches.h"
#include "surefoot/train/resolve.h"

namespace surefoot::train {
namespace {

using config::Recipe;

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

/// Batches take most of the host's memory; half as many may fit.
void make_loaders(Session& s, const Resolved& on_resolved) {
  for (;;) {
    std::exception_ptr error;
    try {
      s.train_loader = data::make_loader(s.files, *s.manifest, data::Split::kTrain, *s.train_sampler,
                                         loader_options(s, true), *s.allocator, s.clock);
      s.val_loader = data::make_loader(s.files, *s.manifest, data::Split::kValidation, *s.val_sampler,
                                       loader_options(s, false), *s.allocator, s.clock);
      return;
    } catch (...) {
      error = std::current_exception();
    }
    s.train_loader.reset();
    int64_t& prefetch = s.recipe.data.prefetch;
    if (!tensor::is_out_of_memory(error) || prefetch <= 1 || !s.recipe.memory.recovery)
      tensor::rethrow_translated(error, "making room for the batches");
    tensor::free_caches(s.device);
    prefetch /= 2;
    on_resolved("data.prefetch", std::to_string(prefetch),
                "there is no memory for " + std::to_string(2 * prefetch) + " batches");
  }
}

}  // namespace

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

void open_loaders(Session& s, const Resolved& on_resolved) {
  const auto seed = static_cast<uint64_t>(s.recipe.run.seed);
  std::vector<double> weights;
  if (!s.recipe.data.sampler_file.empty())
    weights = data::read_sampler_file(s.files, s.recipe.data.sampler_file, *s.manifest);
  s.train_sampler = std::make_unique<data::Sampler>(s.manifest->indices(data::Split::kTrain), seed, std::move(weights));
  s.val_sampler = std::make_unique<data::Sampler>(s.manifest->indices(data::Split::kValidation), seed);
  s.allocator = batch_allocator(s.device);
  make_loaders(s, on_resolved);
  s.progress.steps_per_epoch = s.train_loader->steps_per_epoch();
  s.total_steps = s.progress.steps_per_epoch * s.recipe.train.epochs;
  if (s.recipe.train.max_steps > 0) s.total_steps = std::min(s.total_steps, s.recipe.train.max_steps);
  s.schedule = std::make_unique<config::Schedule>(s.recipe, s.progress.steps_per_epoch, s.total_steps);
}

}  // namespace surefoot::train
