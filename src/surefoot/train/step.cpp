#include "surefoot/train/step.h"

#include <ATen/ATen.h>

#include <cmath>
#include <functional>
#include <optional>

#include "surefoot/base/error.h"
#include "surefoot/base/units.h"
#include "surefoot/optim/clip.h"
#include "surefoot/tensor/saved_tensors.h"
#include "surefoot/tensor/value_of.h"
#include "surefoot/train/micro_batches.h"

namespace surefoot::train {
namespace {

/// Drops what a step gathered (gradients, batch-norm sums), whether it was used or failed half-way.
class GatheredState {
 public:
  explicit GatheredState(Trainee& trainee) : trainee_(trainee) {}
  ~GatheredState() {
    trainee_.batch_norm.clear();
    for (at::Tensor& parameter : trainee_.trainable) parameter.mutable_grad() = at::Tensor();
  }
  GatheredState(const GatheredState&) = delete;
  GatheredState& operator=(const GatheredState&) = delete;

 private:
  Trainee& trainee_;
};

/// The update of weights, running statistics and averages, with all that it needs already worked out: building it may
/// run out of memory and changes nothing, committing it allocates no tensor and cannot stop half-way.
class PreparedUpdate {
 public:
  explicit PreparedUpdate(Trainee& t) : optimizer_(t.optimizer.prepare()), batch_norm_(t.batch_norm.prepare()) {
    if (t.ema != nullptr) ema_ = t.ema->prepare();
  }
  void commit(int64_t step, double lr) const {
    try {
      optimizer_(lr);
      batch_norm_();
      if (ema_) ema_();
    } catch (const std::exception& error) {
      throw Error(ErrorCode::kHalfStep, "the update of step " + std::to_string(step + 1) + " stopped half-way",
                  error.what(), "run the same command again: it goes on from the last checkpoint");
    }
  }

 private:
  std::function<void(double)> optimizer_;
  std::function<void()> batch_norm_, ema_;
};

void entering(const Trainee& t, Phase phase) {
  if (t.observer != nullptr) t.observer->entering(phase);
}

/// Adds the micro-batch's share of the gradient. @return its summed loss over the batch size
at::Tensor forward_backward(Trainee& t, const data::Batch& batch, const MicroBatch& micro, const at::Tensor& labels) {
  const int64_t size = t.recipe.data.image_size;
  entering(t, Phase::kForward);
  const at::Tensor images =
      t.normalizer(batch.pixels + micro.first * size * size * 3, micro.count, size);  // [n, 3, H, W]
  const nn::Pass pass{.training = true,
                      .seed = static_cast<uint64_t>(t.recipe.run.seed),
                      .step = t.progress.step,
                      .first_sample = micro.first,
                      .groups = micro.groups,
                      .batch_norm = &t.batch_norm,
                      .recompute = t.footing.recompute};
  at::Tensor logits;
  {
    std::optional<tensor::OffloadSavedTensors> offload;
    if (t.footing.offload) offload.emplace(t.device);
    const tensor::Autocast autocast(t.device, t.precision);
    logits = t.model.forward(images, pass);  // [n, classes]
  }
  if (t.precision != tensor::Precision::kFp64)
    logits = logits.to(at::kFloat);  // the loss is never taken in half precision
  const at::Tensor loss = at::cross_entropy_loss(logits, labels.narrow(0, micro.first, micro.count), {},
                                                 at::Reduction::Sum, -100, t.recipe.train.label_smoothing) /
                          static_cast<double>(batch.count);
  entering(t, Phase::kBackward);
  (t.scaler != nullptr ? loss * t.scaler->scale() : loss).backward();
  return loss.detach();
}

double learning_rate(const Trainee& t) { return t.schedule.rate(t.progress.step) * t.progress.lr_scale; }

[[noreturn]] void throw_not_finite(const Trainee& t, double loss, double grad_norm) {
  throw Error(ErrorCode::kNotFinite,
              "step " + std::to_string(t.progress.step + 1) + " gave a " + (std::isfinite(loss) ? "gradient" : "loss") +
                  " that is not finite",
              "loss " + format_number(loss) + ", gradient norm " + format_number(grad_norm) + " at lr " +
                  format_number(learning_rate(t)) + ", precision " + t.progress.precision,
              "lower optim.lr, set train.clip_norm=1, or lengthen schedule.warmup_epochs; the weights before this step "
              "are saved");
}

}  // namespace

const char* phase_name(Phase phase) {
  constexpr const char* names[] = {"loading", "forward", "backward", "optimizer", "evaluation", "saving"};
  return names[static_cast<size_t>(phase)];
}

StepResult train_step(Trainee& t, const data::Batch& batch, const Judge& judge) {
  const GatheredState gathered(t);
  StepResult result{.lr = learning_rate(t)};

  const at::Tensor labels =
      at::from_blob(const_cast<int64_t*>(batch.labels.data()), {batch.count}, at::kLong).to(t.device);
  at::Tensor loss = at::zeros({}, at::TensorOptions().dtype(at::kDouble).device(t.device));
  for (const MicroBatch& micro :
       cut_batch(batch.count, t.recipe.train.batch_norm_group, t.footing.micro_batch, t.groups_matter)) {
    loss += forward_backward(t, batch, micro, labels);
  }
  result.loss = tensor::value_of(loss);

  entering(t, Phase::kOptimizer);
  std::vector<at::Tensor> gradients;
  for (const at::Tensor& parameter : t.trainable) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  if (t.scaler != nullptr) optim::scale_(gradients, 1.0 / t.scaler->scale());
  if (t.observer != nullptr) t.observer->gradients_ready(result.loss, gradients);
  result.grad_norm = optim::global_grad_norm(gradients);

  const bool finite = std::isfinite(result.loss) && std::isfinite(result.grad_norm);
  if (!finite && t.scaler != nullptr && std::isfinite(result.loss) && t.scaler->can_shrink()) {
    t.scaler->overflowed();
    result.outcome = StepResult::Outcome::kOverflow;
  } else {
    if (!finite && !judge) throw_not_finite(t, result.loss, result.grad_norm);
    if (t.recipe.train.clip_norm > 0) optim::clip_(gradients, t.recipe.train.clip_norm, result.grad_norm);
    const PreparedUpdate update(t);
    if (judge && !judge(result)) {
      result.outcome = StepResult::Outcome::kRefused;
      return result;
    }
    update.commit(t.progress.step, result.lr);
    if (t.scaler != nullptr) t.scaler->succeeded();
    ++t.progress.updates;
  }
  ++t.progress.step;
  t.progress.epoch_loss_sum += result.loss * static_cast<double>(batch.count);
  t.progress.epoch_pictures += batch.count;
  t.progress.pictures_seen += batch.count;
  return result;
}

void skip_step(Trainee& t) { ++t.progress.step; }

}  // namespace surefoot::train
