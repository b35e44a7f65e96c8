#include "surefoot/train/loop.h"

#include "surefoot/base/error.h"
#include "surefoot/base/units.h"
#include "surefoot/train/epoch_end.h"
#include "surefoot/train/safety/divergence.h"
#include "surefoot/train/safety/watch.h"
#include "surefoot/train/step_record.h"

namespace surefoot::train {
namespace {

/// Why training should end before its last step; empty: it should not.
std::string early_stop_reason(const Session& s) {
  const auto& train = s.recipe.train;
  if (train.patience > 0 && s.progress.epochs_since_best >= train.patience)
    return "patience: top-1 has not risen for " + std::to_string(train.patience) + " epochs";
  const double budget = train.time.empty() ? 0 : parse_duration(train.time).value_or(0);
  if (budget > 0 && s.train_seconds() >= budget) return "time budget of " + train.time + " used up";
  return "";
}

/// An error that no guard could mend leaves everything as before the step: that much is worth keeping.
StepResult step_or_save(Session& s, Trainee& trainee, Recovery& recovery, Divergence& divergence) {
  try {
    return divergence.step(recovery, trainee, recovery.next_batch());
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kHalfStep) throw;
    try {
      s.save_checkpoint();
    } catch (const std::exception&) {  // the first error is the one to report
    }
    s.writer->wait();  // likewise; a failure is told by the writer
    throw;
  }
}

void finish(Session& s, const std::string& reason) {
  s.progress.finished = true;
  s.progress.finish_reason = reason;
}

/// Saves where the run stands, to go on from there.
LoopEnd leave(Session& s, StepRecord& record, LoopEnd end) {
  record.write();
  s.save_checkpoint();
  if (const std::exception_ptr error = s.writer->wait()) std::rethrow_exception(error);
  if (end == LoopEnd::kInterrupted)
    s.log->write(s.progress.step, "interrupted", {{"signal", std::string("asked to stop")}});
  s.log->flush(true);
  return end;
}

}  // namespace

LoopEnd run_loop(Session& s, const std::function<bool()>& interrupted) {
  Trainee trainee = s.trainee();
  StepRecord record(s);
  Recovery recovery(s);
  Divergence divergence(s);
  Watch watch(s, interrupted);
  s.epoch_began = mark_epoch(s);
  s.train_loader->seek(s.progress.epoch(), s.progress.step_in_epoch());
  while (!s.progress.finished) {
    const StepResult result = step_or_save(s, trainee, recovery, divergence);
    record.add(result);
    watch.after_step(result);

    const bool last = s.progress.step >= s.total_steps;
    const std::string stop = early_stop_reason(s);
    const bool epoch_ended = s.progress.step_in_epoch() == 0;
    if (last || !stop.empty()) finish(s, last ? "all steps done" : stop);
    if (epoch_ended || s.progress.finished) {
      record.write();
      end_epoch(s);  // evaluates, keeps the best, checkpoints
      watch.after_epoch();
      if (const std::string late = early_stop_reason(s); !late.empty() && !s.progress.finished)
        finish(s, late), s.save_checkpoint();
    } else if (s.recipe.checkpoint.every_steps > 0 && s.progress.step % s.recipe.checkpoint.every_steps == 0) {
      s.save_checkpoint();
    }
    if (s.progress.finished) break;
    if (interrupted && interrupted()) return leave(s, record, LoopEnd::kInterrupted);
    if (watch.wants_restart()) return leave(s, record, LoopEnd::kRestart);
  }
  if (const std::exception_ptr error = s.writer->wait()) std::rethrow_exception(error);
  return LoopEnd::kFinished;
}

}  // namespace surefoot::train
