#include "surefoot/train/memory/bare_session.h"

#include <ATen/ATen.h>

#include "surefoot/train/model_card.h"
#include "surefoot/train/resolve.h"

namespace surefoot::train {
namespace {

constexpr int64_t kSteps = 100;  // of a schedule that nobody sees the end of

}  // namespace

BareSession::BareSession(const config::Recipe& recipe, int64_t classes, const plan::Footing& footing, at::Device device)
    : recipe_(recipe),
      footing_(footing),
      device_(device),
      precision_(tensor::resolve_precision(recipe.train.precision, device)),
      schedule_(recipe, kSteps, kSteps),
      model_(nn::make_model(recipe.model.name,
                            model_options_of(recipe, classes),
                            {.device = device,
                             .dtype = tensor::weight_dtype(precision_),
                             .seed = static_cast<uint64_t>(recipe.run.seed),
                             .prefix = ""})),
      channels_last_(recipe.train.channels_last && model_->prefers_channels_last()),
      normalizer_(recipe.data.mean, recipe.data.std, device, tensor::weight_dtype(precision_), channels_last_) {
  if (footing_.micro_batch <= 0)
    footing_.micro_batch = recipe.train.micro_batch > 0 ? recipe.train.micro_batch : recipe.train.batch;
  if (footing_.eval_batch <= 0) footing_.eval_batch = recipe.train.eval_batch;
  if (channels_last_) model_->set_memory_format(at::MemoryFormat::ChannelsLast);
  if (recipe.model.freeze == "backbone") model_->freeze_backbone();
  trainable_ = model_->trainable_parameters();
  optimizer_ = optim::make_optimizer(recipe, *model_);
  if (precision_ == tensor::Precision::kFp16) scaler_ = std::make_unique<optim::LossScaler>();
  progress_.steps_per_epoch = kSteps;
  progress_.precision = recipe.train.precision;
}

void BareSession::make_average() {
  if (recipe_.train.ema > 0) ema_ = std::make_unique<optim::Ema>(*model_, recipe_.train.ema);
}

Trainee BareSession::trainee(StepObserver* observer) {
  return {.recipe = recipe_,
          .schedule = schedule_,
          .normalizer = normalizer_,
          .device = device_,
          .precision = precision_,
          .model = *model_,
          .trainable = trainable_,
          .batch_norm = batch_norm_,
          .optimizer = *optimizer_,
          .ema = ema_.get(),
          .scaler = scaler_.get(),
          .progress = progress_,
          .footing = footing_,
          .observer = observer,
          .groups_matter = nn::learns_from_groups(*model_)};
}

void BareSession::evaluate_batch(const uint8_t* pixels) {
  const at::NoGradGuard no_grad;
  const optim::EmaInUse average(ema_.get());
  const tensor::Autocast autocast(device_, precision_);
  model_->forward(normalizer_(pixels, footing_.eval_batch, recipe_.data.image_size), nn::Pass{});
}

}  // namespace surefoot::train
