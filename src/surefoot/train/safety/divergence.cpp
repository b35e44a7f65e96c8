#include "surefoot/train/safety/divergence.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <bit>
#include <cmath>

#include "surefoot/base/error.h"
#include "surefoot/base/hash.h"
#include "surefoot/runs/console_text.h"
#include "surefoot/train/safety/nan_at_start.h"
#include "surefoot/train/safety/quarantined_batches.h"

namespace surefoot::train {
namespace {

using guards::Remedy;
constexpr int64_t kStartSteps = 10;  // in which a bad step has a reason that can be named
constexpr double kLowerBy = 0.5;
constexpr size_t kPathsInEvent = 32;

std::string hash_of_gradients(const std::vector<at::Tensor>& parameters) {
  Hasher hasher;
  for (const at::Tensor& parameter : parameters) {
    if (!parameter.grad().defined()) continue;
    const at::Tensor gradient = parameter.grad().to(at::kCPU).contiguous();
    hasher.add(std::string_view(static_cast<const char*>(gradient.const_data_ptr()), gradient.nbytes()));
  }
  return hasher.hex();
}

std::string numbered(int64_t step) { return "step " + std::to_string(step + 1); }

void check_labels(const Session& s, const data::Batch& batch) {
  const auto classes = static_cast<int64_t>(s.manifest->classes().size());
  for (size_t i = 0; i < batch.labels.size(); ++i) {
    if (batch.labels[i] >= 0 && batch.labels[i] < classes) continue;
    throw Error(ErrorCode::kDataClasses, "a picture has a label that the model does not know",
                std::string(s.manifest->path(batch.pictures[i])) + " is of class number " +
                    std::to_string(batch.labels[i]) + ", the model has 0 to " + std::to_string(classes - 1),
                "remove RUN/cache, which lists the pictures anew; the data may have changed while they were listed");
  }
}

}  // namespace

Divergence::Divergence(Session& session)
    : session_(session),
      ring_(session.recipe.guards.divergence && session.recipe.guards.semantic ? session.recipe.guards.snapshots : 0),
      chance_loss_(std::log(static_cast<double>(session.manifest->classes().size()))) {}

StepResult Divergence::step(Recovery& recovery, Trainee& trainee, data::Batch batch) {
  check_labels(session_, batch);
  if (!session_.recipe.guards.divergence) return recovery.step(trainee, batch);
  remember();
  if (guards::to_be_skipped(session_.progress.divergence, session_.progress.step))
    return skip(trainee, batch, {.loss = NAN, .grad_norm = NAN}, "it came shortly before a divergence");
  const plan::Footing footing = trainee.footing;
  const Attempt first = attempt(recovery, trainee, batch);
  if (first.verdict.fine()) return take_in(first);

  const int64_t step = session_.progress.step;
  const Attempt again = attempt(recovery, trainee, batch);
  const bool same = again.gradients == first.gradients &&
                    std::bit_cast<uint64_t>(again.result.loss) == std::bit_cast<uint64_t>(first.result.loss);
  const bool comparable = footing == trainee.footing;
  const std::string replay = !comparable ? "with other memory, not comparable"
                             : same      ? "same bits: of the data or the optimiser"
                                         : "different bits: of the hardware, or an operator that is not deterministic";
  session_.log->write(step, "divergence",
                      {{"loss", first.result.loss},
                       {"grad_norm", first.result.grad_norm},
                       {"why", guards::describe(first.verdict, session_.progress.divergence, first.result.loss,
                                                first.result.grad_norm)},
                       {"replay", replay + (again.verdict.fine() ? "; the second result is sound and counts" : "")},
                       {"second_loss", again.result.loss},
                       {"second_grad_norm", again.result.grad_norm}});
  return again.verdict.fine() ? take_in(again) : refuse(recovery, trainee, std::move(batch), first, again);
}

Divergence::Attempt Divergence::attempt(Recovery& recovery, Trainee& trainee, const data::Batch& batch) const {
  Attempt attempt;
  attempt.result = recovery.step(trainee, batch, [&](const StepResult& result) {
    attempt.verdict = guards::judge(session_.progress.divergence, session_.progress.step, result.loss, result.grad_norm,
                                    chance_loss_);
    if (!attempt.verdict.fine()) attempt.gradients = hash_of_gradients(trainee.trainable);
    return attempt.verdict.fine();
  });
  return attempt;
}

StepResult Divergence::take_in(const Attempt& attempt) {
  if (attempt.result.outcome == StepResult::Outcome::kUpdated)
    guards::accept(session_.progress.divergence, attempt.result.loss, attempt.result.grad_norm);
  return attempt.result;
}

void Divergence::remember() {
  const Session& s = session_;
  const int64_t step = s.progress.step, every = s.recipe.checkpoint.every_steps;
  if (ring_.newest_step() == step) return;  // gone back to
  const bool saved = !began_ || s.progress.step_in_epoch() == 0 || (every > 0 && step % every == 0);
  if (!saved && step % s.recipe.guards.snapshot_every != 0) return;
  began_ = true;
  if (saved) ring_.clear();
  try {
    ring_.take(s);
  } catch (const c10::OutOfMemoryError&) {  // the run matters more than its safety net
    s.log->write(
        step, "warning",
        {{"message", std::string("no memory on the host for a snapshot; the next one is tried when it is due")}});
  }
}

StepResult Divergence::refuse(
    Recovery& recovery, Trainee& trainee, data::Batch batch, const Attempt& bad, const Attempt& again) {
  Session& s = session_;
  const std::string why =
      guards::describe(again.verdict, s.progress.divergence, again.result.loss, again.result.grad_norm);
  if (s.progress.step <= kStartSteps) {
    if (const auto cause = diagnose(trainee, batch)) {
      throw Error(ErrorCode::kNotFinite, numbered(s.progress.step) + " cannot be learnt from: " + cause->what,
                  why + "; " + cause->why, cause->fix);
    }
  }
  if (!s.recipe.guards.semantic) {
    throw Error(
        ErrorCode::kNotFinite, numbered(s.progress.step) + " would have destroyed the weights", why,
        "guards.semantic=true lets the run skip such batches and go back; or lower optim.lr, or set train.clip_norm=1; "
        "the weights before this step are saved");
  }
  const Remedy remedy = guards::escalate(s.progress.divergence, s.progress.step, again.verdict);
  if (remedy == Remedy::kStop) stop(again, why);
  if (remedy == Remedy::kLowerRate) lower_rate(why);
  if (remedy == Remedy::kSkip || !go_back(why)) {
    if (remedy == Remedy::kRollBack) lower_rate(why + "; there is no snapshot to go back to");
    return skip(trainee, batch, bad.result, why);
  }
  batch = {};  // its place is needed for the next
  return step(recovery, trainee, recovery.next_batch());
}

StepResult Divergence::skip(Trainee& trainee, const data::Batch& batch, StepResult result, const std::string& why) {
  Session& s = session_;
  std::vector<std::string> paths = paths_of(s, batch);
  std::vector<double> numbers(batch.pictures.begin(), batch.pictures.end());
  if (paths.size() > kPathsInEvent) paths.resize(kPathsInEvent);
  s.log->write(s.progress.step, "batch_skipped", {{"why", why}, {"numbers", numbers}, {"pictures", paths}});
  quarantine_batch(s, batch, why);
  skip_step(trainee);
  result.outcome = StepResult::Outcome::kRefused;
  return result;
}

bool Divergence::go_back(const std::string& why) {
  Session& s = session_;
  Progress& p = s.progress;
  const Snapshot* to = ring_.newest_until(p.divergence.first_bad - guards::kSkipBefore);
  if (to == nullptr) to = ring_.newest_until(p.divergence.first_bad);
  if (to == nullptr) return false;
  s.restore(*to);
  const Progress& then = to->progress;
  s.log->write(p.step, "rolled_back", {{"to", then.step}, {"why", why}});
  p.step = then.step;
  p.updates = then.updates;
  p.epochs_since_best = then.epochs_since_best;
  p.epoch_loss_sum = then.epoch_loss_sum;
  p.epoch_pictures = then.epoch_pictures;
  p.scaler_scale = then.scaler_scale;
  p.scaler_good_steps = then.scaler_good_steps;
  guards::rolled_back(p.divergence, then.divergence, then.step);
  ring_.drop_after(then.step);
  s.train_loader->seek(p.epoch(), p.step_in_epoch());
  return true;
}

void Divergence::lower_rate(const std::string& why) {
  session_.progress.lr_scale *= kLowerBy;
  session_.log->write(session_.progress.step, "lr_lowered", {{"scale", session_.progress.lr_scale}, {"why", why}});
}

void Divergence::stop(const Attempt& bad, const std::string& why) {
  Progress& p = session_.progress;
  const int64_t step = p.step;
  const double lr = bad.result.lr;
  go_back("the remedies did not help: the last good state is saved");
  if (ring_.newest_step() == p.step) p.lr_scale = ring_.newest_until(p.step)->progress.lr_scale;
  guards::DivergenceState& state = p.divergence;
  state.first_bad = state.last_bad = state.region_end = state.skip_from = state.skip_until = -1;
  state.roll_backs = 0;
  throw Error(
      ErrorCode::kNotFinite, "training diverges at " + numbered(step) + " whatever is tried",
      why + " at lr " + runs::short_number(lr) +
          "; the batch was skipped, then the run went back to an earlier state and past the batches before it, then "
          "again with half the learning rate",
      "lower optim.lr (a third is a good try), set train.clip_norm=1, or lengthen schedule.warmup_epochs; look at the pictures named in "
      "quarantined_batches.csv; the last good state (step " +
          std::to_string(p.step) + ") is saved");
}

}  // namespace surefoot::train
