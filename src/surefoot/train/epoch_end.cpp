#include "surefoot/train/epoch_end.h"

namespace surefoot::train {
namespace {

void write_eval(Session& s, int64_t epoch, const std::string& weights, const EvalFigures& figures, double seconds) {
  s.log->write(s.progress.step, "eval",
               {{"epoch", epoch},
                {"weights", weights},
                {"top1", figures.top1},
                {"top5", figures.top5},
                {"loss", figures.loss},
                {"pictures", figures.pictures},
                {"bad", figures.bad},
                {"seconds", seconds}});
}

/// A better top-1 wins; at equal top-1 the earlier one stays.
bool take_if_best(Session& s, int64_t epoch, const std::string& weights, const EvalFigures& figures) {
  if (figures.top1 <= s.progress.best.top1) return false;
  s.progress.best = {.top1 = figures.top1,
                     .top5 = figures.top5,
                     .loss = figures.loss,
                     .epoch = epoch,
                     .step = s.progress.step,
                     .weights = weights};
  return true;
}

}  // namespace

EvalFigures evaluate_session(Session& s, EvalDetails* details) {
  return evaluate(*s.model, *s.val_loader, *s.normalizer, s.recipe.data.image_size, s.device, s.precision, details);
}

void end_epoch(Session& s) {
  const int64_t epoch = (s.progress.step + s.progress.steps_per_epoch - 1) /
                        s.progress.steps_per_epoch;  // 1-based; a broken-off one counts
  s.log->write(
      s.progress.step, "epoch",
      {{"epoch", epoch},
       {"train_loss", s.progress.epoch_loss_sum / static_cast<double>(std::max<int64_t>(1, s.progress.epoch_pictures))},
       {"seconds", s.train_seconds()},
       {"images_per_second", static_cast<double>(s.progress.pictures_seen) / std::max(1e-9, s.train_seconds())}});
  s.progress.epoch_loss_sum = 0;
  s.progress.epoch_pictures = 0;

  double start = s.clock.now();
  const EvalFigures raw = evaluate_session(s);
  write_eval(s, epoch, "raw", raw, s.clock.now() - start);
  bool improved = take_if_best(s, epoch, "raw", raw);
  if (s.ema) {
    start = s.clock.now();
    EvalFigures averaged;
    {
      const optim::EmaInUse in_use(s.ema.get());
      averaged = evaluate_session(s);
    }
    write_eval(s, epoch, "ema", averaged, s.clock.now() - start);
    improved = take_if_best(s, epoch, "ema", averaged) || improved;
  }
  s.progress.epochs_since_best = improved ? 0 : s.progress.epochs_since_best + 1;
  s.save_checkpoint(s.recipe.checkpoint.keep_every > 0 && epoch % s.recipe.checkpoint.keep_every == 0);
}

}  // namespace surefoot::train
