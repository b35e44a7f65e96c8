#pragma once
// Training that runs, costs, and learns nothing.
#include <deque>

#include "surefoot/guards/guard.h"

namespace surefoot::guards {

/// Tells, once each: the loss does not leave where it started, accuracy does not move, one class is predicted for
/// nearly everything. Never while the learning rate still rises. Nothing here changes a number.
class NotLearning final : public Guard {
 public:
  explicit NotLearning(const config::Recipe& recipe) : recipe_(recipe) {}
  void on_step(const StepFigures& figures, std::vector<Advice>& advice) override;
  void on_epoch(const EpochFigures& figures, std::vector<Advice>& advice) override;

 private:
  struct Cause {
    std::string why, fix;
  };
  /// The likeliest reason for a loss near `loss`.
  Cause cause(double loss) const;
  void judge_window(std::vector<Advice>& advice);
  void judge_loss(std::vector<Advice>& advice);
  void judge_accuracy(const EpochFigures& figures, std::vector<Advice>& advice);
  void judge_classes(const EpochFigures& figures, std::vector<Advice>& advice);
  void tell_flat(double before, double now, const std::string& span, std::vector<Advice>& advice);
  bool at_start(double loss) const;

  config::Recipe recipe_;
  double highest_rate_ = 0, rate_ = 0;
  int64_t steady_steps_ = 0;  // since the rate last rose
  int64_t start_steps_ = 0, classes_ = 0;
  double start_loss_ = 0;  // mean of the first steps
  double norm_ = 0;        // moving average of finite gradient norms
  double window_sum_ = 0, window_before_ = 0;
  int64_t window_steps_ = 0, windows_ = 0;
  std::deque<double> losses_, accuracies_;  // of the last epochs, at a steady rate
  int64_t one_class_ = 0;                   // evaluations in a row
  bool told_flat_ = false, told_stuck_ = false, told_class_ = false;
};

}  // namespace surefoot::guards
