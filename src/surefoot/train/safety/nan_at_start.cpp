#include "surefoot/train/safety/nan_at_start.h"

#include <ATen/ATen.h>

#include <cmath>

#include "surefoot/base/units.h"
#include "surefoot/guards/usual_rate.h"
#include "surefoot/tensor/translate_error.h"
#include "surefoot/train/micro_batches.h"
#include "surefoot/train/safety/layer_watch.h"

namespace surefoot::train {
namespace {

/// Normalised pictures lie within about 3 of 0; twenty is another scale.
constexpr double kLargestInput = 20;
constexpr double kFarTooHigh = 10;

std::string figure(double value) {
  return format_number(std::abs(value) >= 1e-3 ? std::round(value * 1000) / 1000 : value);
}
bool all_finite(const at::Tensor& value) { return at::isfinite(value).all().item<bool>(); }

/// The batch once more, one micro-batch at a time, up to the first that goes wrong.
class Rerun {
 public:
  Rerun(Trainee& t, const data::Batch& batch) : t_(t), batch_(batch) {}
  ~Rerun() { drop_gradients(); }
  Rerun(const Rerun&) = delete;
  Rerun& operator=(const Rerun&) = delete;

  std::vector<MicroBatch> micro_batches() const {
    return cut_batch(batch_.count, t_.recipe.train.batch_norm_group, t_.footing.micro_batch);
  }
  at::Tensor images(const MicroBatch& micro) const {
    const int64_t size = t_.recipe.data.image_size;
    return t_.normalizer(batch_.pixels + micro.first * size * size * 3, micro.count, size);
  }
  /// Logits in the loss's type.
  at::Tensor forward(const MicroBatch& micro, tensor::Precision precision) {
    const nn::Pass pass{.training = true,
                        .seed = static_cast<uint64_t>(t_.recipe.run.seed),
                        .step = t_.progress.step,
                        .first_sample = micro.first,
                        .groups = micro.groups};
    const tensor::Autocast autocast(t_.device, precision);
    const at::Tensor logits = t_.model.forward(images(micro), pass);
    return precision == tensor::Precision::kFp64 ? logits : logits.to(at::kFloat);
  }
  at::Tensor loss(const MicroBatch& micro, const at::Tensor& logits) const {
    const at::Tensor labels =
        at::from_blob(const_cast<int64_t*>(batch_.labels.data()) + micro.first, {micro.count}, at::kLong).to(t_.device);
    return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Mean, -100, t_.recipe.train.label_smoothing);
  }
  void drop_gradients() {
    for (at::Tensor& parameter : t_.trainable) parameter.mutable_grad() = at::Tensor();
  }

 private:
  Trainee& t_;
  const data::Batch& batch_;
};

std::optional<Diagnosis> bad_input(Trainee& t, const Rerun& rerun) {
  for (const MicroBatch& micro : rerun.micro_batches()) {
    const at::Tensor images = rerun.images(micro);
    const double largest = images.abs().max().item<double>();
    if (largest <= kLargestInput) continue;  // NaN is not
    std::string means, stds;
    for (const double value : t.recipe.data.mean) means += (means.empty() ? "" : ", ") + format_number(value);
    for (const double value : t.recipe.data.std) stds += (stds.empty() ? "" : ", ") + format_number(value);
    return Diagnosis{"the pictures come to the model on another scale",
                     "after (value / 255 - mean) / std they reach " + figure(largest) +
                         " instead of about 3; data.mean is [" + means + "], data.std is [" + stds + "]",
                     "give data.mean and data.std for values in [0, 1], such as 0.485 and 0.229; not for 0 to 255"};
  }
  return {};
}

std::optional<Diagnosis> bad_loss(Trainee& t, Rerun& rerun) {
  const at::NoGradGuard no_grad;
  for (const MicroBatch& micro : rerun.micro_batches()) {
    const at::Tensor logits = rerun.forward(micro, t.precision);
    if (!all_finite(logits) || all_finite(rerun.loss(micro, logits))) continue;
    return Diagnosis{"the loss is not finite although the scores are",
                     "scores reach " + figure(logits.abs().max().item<double>()) +
                         ", and their softmax leaves the range of the loss",
                     "lower optim.lr, or start from other weights: a score is usually below 100"};
  }
  return {};
}

std::optional<Diagnosis> bad_rate(const Trainee& t) {
  const std::optional<double> usual = guards::usual_rate(t.recipe);
  const double peak = t.recipe.optim.lr * t.progress.lr_scale;
  if (t.progress.updates == 0 || !usual || peak <= kFarTooHigh * *usual) return {};
  return Diagnosis{"the learning rate is far too high",
                   "optim.lr is " + format_number(peak) + ", usual with " + t.recipe.optim.name + " and " +
                       std::to_string(t.recipe.train.batch) + " pictures is about " + format_number(*usual) + "; " +
                       (t.progress.updates == 1 ? "one update of this size was"
                                                : std::to_string(t.progress.updates) + " updates of this size were") +
                       " enough",
                   "start anew in another --out with optim.lr=" + format_number(*usual) + ": these weights are spoilt"};
}

std::optional<Diagnosis> bad_weights(const Trainee& t) {
  for (const nn::NamedTensor& entry : t.model.named_tensors()) {
    const at::Tensor& value = entry.tensor;
    if (!value.is_floating_point() || all_finite(value)) continue;
    const at::Tensor bad = at::isfinite(value.detach()).logical_not().flatten();
    const std::string from = t.recipe.model.weights.empty() || t.progress.updates > 0
                                 ? ""
                                 : "; they were loaded from " + t.recipe.model.weights;
    return Diagnosis{"weights are not finite",
                     "`" + entry.name + "` has " + std::to_string(bad.sum().item<int64_t>()) + " of " +
                         std::to_string(value.numel()) + " values that are NaN or infinite, the first at " +
                         std::to_string(bad.to(at::kInt).argmax().item<int64_t>()) + from,
                     from.empty() ? "go on from an earlier checkpoint, with a lower optim.lr"
                                  : "use another file: this one was saved after its training had diverged"};
  }
  return {};
}

std::optional<BadLayer> first_bad_layer(Trainee& t, Rerun& rerun, tensor::Precision precision) {
  const at::NoGradGuard no_grad;
  LayerWatch watch(t.model);
  for (const MicroBatch& micro : rerun.micro_batches()) {
    rerun.forward(micro, precision);
    if (watch.first_bad()) break;
  }
  return watch.first_bad();
}

std::string describe(const BadLayer& bad) {
  return bad.input_was_finite
             ? "`" + bad.layer + "` gives values that are not finite from finite ones (its input reaches " +
                   figure(bad.largest_input) + ")"
             : "what comes before `" + bad.layer + "` gives values that are not finite";
}

std::optional<Diagnosis> bad_range(Trainee& t, Rerun& rerun) {
  const bool half = t.precision == tensor::Precision::kFp16 || t.precision == tensor::Precision::kBf16;
  const auto wide = first_bad_layer(t, rerun, half ? tensor::Precision::kFp32 : t.precision);
  if (wide) {
    return Diagnosis{
        "a layer gives values that are not finite, in " +
            std::string(t.precision == tensor::Precision::kFp64 ? "fp64" : "fp32"),
        describe(*wide) + "; its weights are finite",
        "weights of another scale do that: start from other weights (model.weights), or with a lower optim.lr and a longer schedule.warmup_epochs"};
  }
  if (!half) return {};
  const auto narrow = first_bad_layer(t, rerun, t.precision);
  if (!narrow) return {};
  return Diagnosis{"half precision overflows",
                   describe(*narrow) + " in " + t.progress.precision + ", and all is finite in fp32" +
                       (t.precision == tensor::Precision::kFp16 ? "; fp16 ends at 65504" : ""),
                   t.precision == tensor::Precision::kFp16 ? "train.precision=bf16 or fp32" : "train.precision=fp32"};
}

std::optional<Diagnosis> bad_gradient(Trainee& t, Rerun& rerun) {
  const tensor::Precision precision = t.precision == tensor::Precision::kFp64 ? t.precision : tensor::Precision::kFp32;
  for (const MicroBatch& micro : rerun.micro_batches()) {
    rerun.drop_gradients();
    rerun.loss(micro, rerun.forward(micro, precision)).backward();
    const std::vector<nn::NamedTensor> parameters = t.model.named_parameters();
    // Gradients flow from the head: the last parameter that has a bad one met it first.
    for (auto entry = parameters.rbegin(); entry != parameters.rend(); ++entry) {
      if (!entry->tensor.grad().defined() || all_finite(entry->tensor.grad())) continue;
      return Diagnosis{"a gradient is not finite although the loss is",
                       "the first on the way back from the loss is that of `" + entry->name + "`",
                       "lower optim.lr, and look at the weights that the training starts from"};
    }
  }
  return {};
}

std::optional<Diagnosis> look(Trainee& t, const data::Batch& batch) {
  Rerun rerun(t, batch);
  if (auto cause = bad_input(t, rerun)) return cause;
  if (auto cause = bad_loss(t, rerun)) return cause;
  if (auto cause = bad_rate(t)) return cause;
  if (auto cause = bad_weights(t)) return cause;
  if (auto cause = bad_range(t, rerun)) return cause;
  return bad_gradient(t, rerun);
}

}  // namespace

std::optional<Diagnosis> diagnose(Trainee& t, const data::Batch& batch) {
  try {
    return look(t, batch);
  } catch (...) {
    if (!tensor::is_out_of_memory(std::current_exception())) throw;
    return {};  // no room to look: the remedies go on without a reason
  }
}

}  // namespace surefoot::train
