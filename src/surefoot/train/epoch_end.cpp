#include "surefoot/train/epoch_end.h"

#include "surefoot/tensor/translate_error.h"
#include "surefoot/train/memory/learnt_footing.h"
#include "surefoot/train/memory/memory_events.h"
#include "surefoot/train/memory/predict_memory.h"

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

/// A fault that is rehearsed there may be a shortage at once.
void enter_evaluation(Session& s) {
  std::exception_ptr error;
  try {
    if (s.observer != nullptr) s.observer->entering(Phase::kEvaluation);
    return;
  } catch (...) {
    error = std::current_exception();
  }
  if (!s.recipe.memory.recovery || !tensor::is_out_of_memory(error)) tensor::rethrow_translated(error, "evaluation");
  say_out_of_memory(s, Phase::kEvaluation, message_of(error));
  free_caches(s);
}

}  // namespace

EpochMark mark_epoch(const Session& s) {
  return {
      .seconds = s.clock.now(), .wait_ns = s.train_loader->counters().wait_ns, .pictures = s.progress.pictures_seen};
}

EvalFigures evaluate_session(Session& s, EvalDetails* details) {
  enter_evaluation(s);
  const EvaluationPeak peak(s);
  EvalParts parts{.pictures = s.footing.eval_batch,
                  .on_shortage = [&s](std::exception_ptr error, int64_t before, int64_t after) {
                    say_out_of_memory(s, Phase::kEvaluation, message_of(error));
                    if (!s.recipe.memory.recovery) tensor::rethrow_translated(error, "evaluation");
                    if (before == after) return free_caches(s);
                    s.footing.eval_batch = after;
                    say_memory_action(s, {.action = "eval_batch",
                                          .before = std::to_string(before),
                                          .after = std::to_string(after),
                                          .why = "evaluation goes through in smaller parts"});
                    remember_footing(s);
                  }};
  return evaluate(*s.model, *s.val_loader, *s.normalizer, s.recipe.data.image_size, s.device, s.precision, details, {},
                  &parts);
}

void end_epoch(Session& s) {
  const int64_t epoch = (s.progress.step + s.progress.steps_per_epoch - 1) /
                        s.progress.steps_per_epoch;  // 1-based; a broken-off one counts
  const EpochMark now = mark_epoch(s);
  const double seconds = std::max(1e-9, now.seconds - s.epoch_began.seconds);
  const double mean_loss =
      s.progress.epoch_loss_sum / static_cast<double>(std::max<int64_t>(1, s.progress.epoch_pictures));
  s.log->write(s.progress.step, "epoch",
               {{"epoch", epoch},
                {"train_loss", mean_loss},
                {"seconds", seconds},
                {"images_per_second", static_cast<double>(now.pictures - s.epoch_began.pictures) / seconds},
                {"data_wait", static_cast<double>(now.wait_ns - s.epoch_began.wait_ns) * 1e-9 / seconds}});
  s.progress.epoch_loss_sum = 0;
  s.progress.epoch_pictures = 0;

  double start = s.clock.now();
  const EvalFigures raw = evaluate_session(s);
  s.predicted = raw.predicted;
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
  s.epoch_began = mark_epoch(s);
}

}  // namespace surefoot::train
