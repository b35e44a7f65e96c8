#include "surefoot/guards/heat_controller.h"

#include <algorithm>

namespace surefoot::guards {
namespace {
constexpr double kProportional = 0.03;  // duty per C
constexpr double kIntegral = 0.0008;    // duty per C and second
}  // namespace

double HeatController::update(double celsius) {
  const double error = setpoint_ - celsius;
  if (!started_) last_error_ = error, started_ = true;
  duty_ = std::clamp(duty_ + kProportional * (error - last_error_) + kIntegral * error, kLeastDuty, 1.0);
  last_error_ = error;
  return duty_;
}

}  // namespace surefoot::guards
