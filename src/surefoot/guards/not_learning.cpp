#include "surefoot/guards/not_learning.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "surefoot/base/units.h"
#include "surefoot/guards/usual_rate.h"

namespace surefoot::guards {
namespace {

constexpr double kFlatDrop = 0.001, kNearStart = 0.98;
constexpr int64_t kStartSteps = 50, kWindowSteps = 1000;
constexpr size_t kFlatEpochs = 5, kStuckEpochs = 10;
constexpr int64_t kFewSteps = 300;  // at a steady rate: before that nothing is flat
constexpr double kStuckPoints = 0.002, kLearntEnough = 0.95;
/// Below this share of its peak the rate is meant to let everything come to rest.
constexpr double kResting = 0.1;
constexpr double kOneClassShare = 0.95, kOneClassAccuracy = 0.9;
constexpr int64_t kOneClassEvaluations = 3;

std::string rounded(double value, double unit = 1000) { return format_number(std::round(value * unit) / unit); }
std::string points(double share) { return rounded(100 * share, 10) + " %"; }

}  // namespace

bool NotLearning::at_start(double loss) const {
  const double chance = classes_ > 1 ? std::log(static_cast<double>(classes_)) : INFINITY;
  return loss > kNearStart * std::min(chance, start_loss_);
}

void NotLearning::on_step(const StepFigures& s, std::vector<Advice>& advice) {
  if (!s.updated || !std::isfinite(s.loss) || !std::isfinite(s.grad_norm)) return;
  if (start_steps_ < kStartSteps) start_loss_ += (s.loss - start_loss_) / static_cast<double>(++start_steps_);
  norm_ = norm_ == 0 ? s.grad_norm : 0.99 * norm_ + 0.01 * s.grad_norm;
  rate_ = s.lr;
  if (s.lr > highest_rate_ * (1 + 1e-9)) {
    highest_rate_ = s.lr;
    steady_steps_ = window_steps_ = windows_ = 0;
    window_sum_ = 0;
    losses_.clear();
    accuracies_.clear();
    one_class_ = 0;
    return;
  }
  ++steady_steps_;
  window_sum_ += s.loss;
  if (++window_steps_ == kWindowSteps) judge_window(advice);
}

void NotLearning::judge_window(std::vector<Advice>& advice) {
  const double mean = window_sum_ / kWindowSteps;
  if (++windows_ > 1 && mean > window_before_ * (1 - kFlatDrop) && at_start(mean))
    tell_flat(window_before_, mean, std::to_string(kWindowSteps) + " steps", advice);
  window_before_ = mean;
  window_sum_ = 0;
  window_steps_ = 0;
}

void NotLearning::on_epoch(const EpochFigures& e, std::vector<Advice>& advice) {
  if (!e.predicted.empty()) classes_ = static_cast<int64_t>(e.predicted.size());
  if (steady_steps_ == 0 || e.top1 < 0) return;
  losses_.push_back(e.train_loss);
  accuracies_.push_back(e.top1);
  if (losses_.size() > kStuckEpochs) losses_.pop_front();
  if (accuracies_.size() > kStuckEpochs) accuracies_.pop_front();
  judge_classes(e, advice);
  judge_loss(advice);
  judge_accuracy(e, advice);
}

void NotLearning::judge_loss(std::vector<Advice>& advice) {
  if (losses_.size() < kFlatEpochs || steady_steps_ < kFewSteps) return;
  const double before = losses_[losses_.size() - kFlatEpochs], now = losses_.back();
  if (now > before * (1 - kFlatDrop) && at_start(now))
    tell_flat(before, now, std::to_string(kFlatEpochs) + " epochs", advice);
}

void NotLearning::tell_flat(double before, double now, const std::string& span, std::vector<Advice>& advice) {
  if (told_flat_) return;
  told_flat_ = true;
  const Cause likely = cause(now);
  const std::string guessing = classes_ > 1 ? ", that of guessing among " + std::to_string(classes_) + " classes is " +
                                                  rounded(std::log(static_cast<double>(classes_)))
                                            : "";
  advice.push_back(
      {.what = "the loss does not fall",
       .why = "it was " + rounded(before) + " and is " + rounded(now) + " after " + span + " (at the start " +
              rounded(start_loss_) + guessing + "): " + likely.why,
       .fix = likely.fix,
       .figures = {
           {"loss_before", before}, {"loss", now}, {"start_loss", start_loss_}, {"grad_norm", norm_}, {"lr", rate_}}});
}

void NotLearning::judge_accuracy(const EpochFigures& e, std::vector<Advice>& advice) {
  if (told_stuck_ || told_flat_ || accuracies_.size() < kStuckEpochs || steady_steps_ < kFewSteps) return;
  const auto [low, high] = std::minmax_element(accuracies_.begin(), accuracies_.end());
  if (*high - *low > 2 * kStuckPoints || *high > kLearntEnough || rate_ < kResting * highest_rate_) return;
  told_stuck_ = true;
  const bool loss_falls = losses_.back() < losses_.front() * 0.98;
  const Cause likely =
      loss_falls
          ? Cause{"the training loss still falls (" + rounded(losses_.front()) + " to " + rounded(losses_.back()) +
                      "): it learns the training pictures by heart",
                  "more variation (a smaller augment.scale_min, train.label_smoothing, model.dropout, optim.weight_decay), "
                  "or cleaner labels: surefoot clean"}
          : cause(losses_.back());
  advice.push_back(
      {.what = "accuracy is stuck at " + points(e.top1),
       .why = "top-1 moved by no more than " + points(*high - *low) + " in " + std::to_string(kStuckEpochs) +
              " epochs: " + likely.why,
       .fix = likely.fix,
       .figures = {{"top1", e.top1}, {"range", *high - *low}, {"train_loss", losses_.back()}, {"lr", rate_}}});
}

void NotLearning::judge_classes(const EpochFigures& e, std::vector<Advice>& advice) {
  const int64_t total = std::accumulate(e.predicted.begin(), e.predicted.end(), int64_t{0});
  if (total == 0) return;
  const auto most = std::max_element(e.predicted.begin(), e.predicted.end());
  const double share = static_cast<double>(*most) / static_cast<double>(total);
  // Where one class is nearly all there is, predicting it is right.
  one_class_ = share >= kOneClassShare && e.top1 < kOneClassAccuracy ? one_class_ + 1 : 0;
  if (told_class_ || one_class_ < kOneClassEvaluations || steady_steps_ < kFewSteps) return;
  told_class_ = true;
  const auto number = most - e.predicted.begin();
  const Cause likely = cause(e.train_loss);
  const bool learns = !at_start(e.train_loss);
  advice.push_back(
      {.what = "nearly everything is predicted as class number " + std::to_string(number),
       .why =
           points(share) + " of the validation pictures in " + std::to_string(one_class_) +
           " evaluations in a row, top-1 is " + points(e.top1) + ": " +
           (learns
                ? "yet the training loss falls, so the running statistics of batch norm or the pictures' preparation differ between training and evaluation"
                : likely.why),
       .fix = learns
                  ? "check train.batch_norm.group (8 and more) and that validation pictures look like training pictures"
                  : likely.fix,
       .figures = {{"class", static_cast<double>(number)}, {"share", share}, {"top1", e.top1}}});
}

NotLearning::Cause NotLearning::cause(double loss) const {
  const std::optional<double> usual = usual_rate(recipe_);
  const std::string rate = "the peak rate is " + format_number(highest_rate_) + ", usual with " + recipe_.optim.name +
                           " is " + (usual ? rounded(*usual, 1e6) : "?");
  const double chance = classes_ > 1 ? std::log(static_cast<double>(classes_)) : start_loss_;
  if (usual && highest_rate_ > 5 * *usual)
    return {"the learning rate is too high (" + rate + ")", "optim.lr=" + rounded(*usual, 1e6)};
  if (usual && highest_rate_ < *usual / 100)
    return {"the learning rate is too low (" + rate + ")", "optim.lr=" + rounded(*usual, 1e6)};
  if (loss > 1.1 * chance)
    return {"it is worse than guessing, so the learning rate is probably too high (" + rate + ", gradient norm " +
                rounded(norm_) + ")",
            "a third of optim.lr, train.clip_norm=1, a longer schedule.warmup_epochs"};
  if (recipe_.model.freeze == "backbone")
    return {"only the head learns (model.freeze=backbone), and the features below it do not tell the classes apart",
            "model.freeze=none, or start from weights that were trained on pictures (model.weights)"};
  if (norm_ < 1e-3)
    return {"hardly any gradient arrives (norm " + format_number(norm_) + "): the network is saturated or dead",
            "start anew with a tenth of optim.lr and a longer schedule.warmup_epochs"};
  return {
      "the rate is usual and gradients arrive (norm " + rounded(norm_) +
          "), so the labels probably do not go with the pictures",
      "look at RUN/report.html and at surefoot clean's mislabelled; a run on a few dozen pictures must reach a loss near 0, otherwise the labels are random"};
}

namespace {
std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  return recipe.guards.not_learning ? std::make_unique<NotLearning>(recipe) : nullptr;
}
}  // namespace

extern const GuardSpec not_learning_guard;
const GuardSpec not_learning_guard = {"not_learning",
                                      "tells when the loss is flat, accuracy is stuck or one class is always predicted",
                                      "rules 30 and 31: SageMaker Debugger LossNotDecreasing, own calibration", make};

}  // namespace surefoot::guards
