#include "surefoot/train/dry_run.h"

#include <ATen/Parallel.h>

#include "surefoot/base/error.h"
#include "surefoot/nn/block_watch.h"
#include "surefoot/plan/meta_device.h"
#include "surefoot/train/resolve.h"
#include "surefoot/train/step.h"

namespace surefoot::train {
namespace {

using plan::Ledger;
using plan::Stage;

constexpr at::Device kMeta = at::kMeta;

/// Tells the ledger which block of the model runs, in the forward and, by hooks on what passes between blocks, in the
/// backward.
class BlockBook final : public nn::BlockWatcher {
 public:
  explicit BlockBook(Ledger& ledger) : ledger_(ledger) {}

  void entering(size_t block, const at::Tensor& x) override {
    if (block == 0) mark_backward(x, -1);
    ledger_.enter_block(static_cast<int32_t>(block));
    began_ = ledger_.now();
  }
  void leaving(size_t block, const at::Tensor& y) override {
    const auto number = static_cast<int32_t>(block);
    ledger_.note_kept(number, ledger_.held_by(number, began_));
    ledger_.enter_block(-1);
    mark_backward(y, number);
  }

 private:
  void mark_backward(const at::Tensor& tensor, int32_t block) {
    if (tensor.requires_grad())
      tensor.register_hook([ledger = &ledger_, block](const at::Tensor&) { ledger->enter_block(block); });
  }

  Ledger& ledger_;
  size_t began_ = 0;
};

class PhaseBook final : public StepObserver {
 public:
  explicit PhaseBook(Ledger& ledger) : ledger_(ledger) {}
  void entering(Phase phase) override {
    ledger_.enter_block(-1);
    ledger_.enter(phase == Phase::kForward    ? Stage::kInput
                  : phase == Phase::kBackward ? Stage::kBackward
                                              : Stage::kOptimizer);
  }

 private:
  Ledger& ledger_;
};

/// What a session sets up, without data.
struct DrySession {
  config::Recipe recipe;
  plan::Footing footing;
  tensor::Precision precision;
  config::Schedule schedule;
  std::unique_ptr<nn::Model> model;
  bool channels_last;
  Normalizer normalizer;
  std::vector<at::Tensor> trainable;
  nn::BatchNormSums batch_norm;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::unique_ptr<optim::Ema> ema;
  std::unique_ptr<optim::LossScaler> scaler;
  Progress progress;

  DrySession(const config::Recipe& r, int64_t classes, const plan::Footing& f, Ledger& ledger)
      : recipe(r),
        footing(f),
        precision(tensor::resolve_precision(r.train.precision, at::kCPU)),
        schedule(r, 100, 100),
        model(nn::make_model(r.model.name, model_options_of(r, classes), {.device = kMeta, .dtype = tensor::weight_dtype(precision)})),
        channels_last(r.train.channels_last && model->prefers_channels_last()),
        normalizer(r.data.mean, r.data.std, kMeta, tensor::weight_dtype(precision), channels_last) {
    if (footing.micro_batch <= 0) footing.micro_batch = r.train.micro_batch > 0 ? r.train.micro_batch : r.train.batch;
    if (footing.eval_batch <= 0) footing.eval_batch = r.train.eval_batch;
    if (channels_last) model->set_memory_format(at::MemoryFormat::ChannelsLast);
    if (r.model.freeze == "backbone") model->freeze_backbone();
    trainable = model->trainable_parameters();
    optimizer = optim::make_optimizer(r, *model);
    ledger.enter(Stage::kEma);
    if (r.train.ema > 0) ema = std::make_unique<optim::Ema>(*model, r.train.ema);
    if (precision == tensor::Precision::kFp16) scaler = std::make_unique<optim::LossScaler>();
    progress.steps_per_epoch = 100;
    progress.precision = r.train.precision;
  }

  Trainee trainee(StepObserver& observer) {
    return {.recipe = recipe,
            .schedule = schedule,
            .normalizer = normalizer,
            .device = kMeta,
            .precision = precision,
            .model = *model,
            .trainable = trainable,
            .batch_norm = batch_norm,
            .optimizer = *optimizer,
            .ema = ema.get(),
            .scaler = scaler.get(),
            .progress = progress,
            .footing = footing,
            .observer = &observer,
            .groups_matter = nn::learns_from_groups(*model)};
  }

  void evaluate_batch() {
    const at::NoGradGuard no_grad;
    const int64_t count = footing.eval_batch, size = recipe.data.image_size;
    const tensor::Autocast autocast(kMeta, precision);
    model->forward(normalizer(nullptr, count, size), nn::Pass{});
  }
};

plan::DryRun run(const config::Recipe& recipe, int64_t classes, const plan::Footing& footing) {
  Ledger ledger;
  const plan::MetaMemory memory(ledger);
  const int threads = recipe.train.threads > 0 ? static_cast<int>(recipe.train.threads) : at::get_num_threads();
  const plan::MetaDevice device(ledger, {.type = at::kCPU, .threads = threads});
  DrySession session(recipe, classes, footing, ledger);
  BlockBook blocks(ledger);
  PhaseBook phases(ledger);
  const nn::WatchBlocks watch(blocks);
  const std::vector<std::string> names = session.model->block_names();

  Trainee trainee = session.trainee(phases);
  const std::vector<int64_t> labels(static_cast<size_t>(recipe.train.batch));
  data::Batch batch;  // no pixels: nobody reads them
  batch.count = recipe.train.batch;
  batch.labels = labels;
  size_t begin = 0;
  for (int step = 0; step < 2; ++step) {  // the optimiser's state appears in the first
    begin = ledger.now();
    ledger.begin_costs(names.size());
    train_step(trainee, batch);
  }
  const size_t end = ledger.now();
  ledger.enter(Stage::kEvaluation);
  session.evaluate_batch();
  return ledger.conclude(begin, end, names);
}

}  // namespace

plan::DryRun dry_run(const config::Recipe& recipe, int64_t classes, const plan::Footing& footing) {
  try {
    return run(recipe, classes, footing);
  } catch (const c10::NotImplementedError& error) {
    throw Error(ErrorCode::kInternal, "the memory that this recipe needs cannot be predicted",
                "model " + recipe.model.name + ": " + error.what_without_backtrace(),
                "start the run: it adapts itself to the memory there is");
  }
}

}  // namespace surefoot::train
