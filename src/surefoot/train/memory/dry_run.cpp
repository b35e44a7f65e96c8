#include "surefoot/train/memory/dry_run.h"

#include <ATen/Parallel.h>

#include "surefoot/base/error.h"
#include "surefoot/nn/block_watch.h"
#include "surefoot/plan/meta_device.h"
#include "surefoot/train/memory/bare_session.h"

namespace surefoot::train {
namespace {

using plan::Ledger;
using plan::Stage;

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

plan::DryRun run(const config::Recipe& recipe, int64_t classes, const plan::Footing& footing) {
  Ledger ledger;
  const plan::MetaMemory memory(ledger);
  const int threads = recipe.train.threads > 0 ? static_cast<int>(recipe.train.threads) : at::get_num_threads();
  const plan::MetaDevice device(ledger, {.type = at::kCPU, .threads = threads});
  BareSession session(recipe, classes, footing, at::kMeta);
  ledger.enter(Stage::kEma);
  session.make_average();
  BlockBook blocks(ledger);
  PhaseBook phases(ledger);
  const nn::WatchBlocks watch(blocks);
  const std::vector<std::string> names = session.model().block_names();

  Trainee trainee = session.trainee(&phases);
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
  session.evaluate_batch(nullptr);
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
