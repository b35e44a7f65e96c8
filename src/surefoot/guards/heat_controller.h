#pragma once
// How much of the time a device may work so that it stays at a temperature: a PI controller over the duty cycle.
namespace surefoot::guards {

/// Velocity form, one update a second: nothing winds up while the duty is at its limits. The gains hold devices whose
/// temperature follows the load by 15 to 90 C at full load within 10 to 300 s (internal model control with a
/// closed-loop time of half a minute; Rivera, Morari & Skogestad 1986).
class HeatController {
 public:
  static constexpr double kLeastDuty = 0.1;
  explicit HeatController(double setpoint, double duty = 1) : setpoint_(setpoint), duty_(duty) {}
  /// @param celsius now, smoothed  @return share of the time to work, [kLeastDuty, 1]
  double update(double celsius);
  double duty() const { return duty_; }

 private:
  double setpoint_, duty_;
  double last_error_ = 0;
  bool started_ = false;
};

}  // namespace surefoot::guards
