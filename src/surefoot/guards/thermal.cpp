// Heat: rest between steps when a device stays above its soft limit, pause above the hard one. Numbers of the training
// are untouched, because all of it happens between steps.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "surefoot/base/units.h"
#include "surefoot/guards/guard.h"
#include "surefoot/guards/heat_controller.h"

namespace surefoot::guards {
namespace {

constexpr double kSmoothSeconds = 5, kHotSeconds = 30, kCoolSeconds = 60;
constexpr double kBelowSoft = 2;        // setpoint below the soft limit, C
constexpr double kResumeBelowSoft = 5;  // a pause ends this far below the soft limit, C
constexpr double kLongestPause = 600;   // s
constexpr double kDutyAfterPause = 0.5;
constexpr double kNoticeableDuty = 0.02;     // smaller adjustments are not passed on
constexpr double kUnknownCpuSlowdown = 100;  // C; most x86 processors
constexpr double kPowerSeconds = 600, kPowerShare = 0.5, kPowerClock = 0.8;

struct Limits {
  double soft, hard;
};

/// Relative to the card, because 87 C is in order for one and the end for another. Processors are built to run up to
/// their slowdown, so theirs have no absolute cap. What the recipe says may only be lower.
Limits limits_of(const Temperature& sensor, double soft, double hard) {
  const bool cpu = sensor.part == Temperature::Part::kCpu;
  const double slowdown = sensor.slowdown > 0 ? sensor.slowdown : cpu ? kUnknownCpuSlowdown : INFINITY;
  Limits limits{slowdown - 7, slowdown - 1};
  if (!cpu) limits = {std::min(85.0, limits.soft), std::min(92.0, limits.hard)};
  if (hard > 0) limits.hard = std::min(limits.hard, hard);
  if (soft > 0) limits.soft = std::min(limits.soft, soft);
  limits.soft = std::min(limits.soft, limits.hard - 1);
  return limits;
}

std::string degrees(double celsius) { return format_number(std::round(celsius)) + " C"; }

/// One sensor's history.
class Sensor {
 public:
  Sensor(const Temperature& first, double soft, double hard)
      : name_(first.sensor), limits_(limits_of(first, soft, hard)), smooth_(first.celsius) {}

  void take(const Temperature& now, double t, std::vector<Advice>& advice) {
    const double seconds = last_t_ ? std::clamp(t - *last_t_, 0.0, 60.0) : 0;
    last_t_ = t;
    now_ = now;
    smooth_ += (now.celsius - smooth_) * (1 - std::exp(-seconds / kSmoothSeconds));
    hottest_ = std::max(hottest_, now.celsius);
    power(now, seconds, advice);
    if (paused_since_) return wait_for_cool(t, advice);
    if (now.celsius > limits_.hard || now.emergency) return pause(t, advice);
    hot_seconds_ = smooth_ > limits_.soft || now.slowed_by_heat ? hot_seconds_ + seconds : 0;
    if (!controller_ && hot_seconds_ >= kHotSeconds) begin(HeatController(limits_.soft - kBelowSoft), advice);
    if (controller_) regulate(seconds, advice);
  }

  bool paused() const { return paused_since_.has_value(); }
  double duty() const { return controller_ ? controller_->duty() : 1; }

 private:
  std::vector<std::pair<std::string, double>> figures() const {
    return {{"celsius", now_.celsius}, {"soft", limits_.soft},      {"hard", limits_.hard},
            {"duty", duty()},          {"slowdown", now_.slowdown}, {"clock_share", now_.clock_share}};
  }

  void begin(HeatController controller, std::vector<Advice>& advice) {
    controller_ = controller;
    full_seconds_ = 0;
    advice.push_back(
        {.kind = Advice::Kind::kThrottle,
         .what = name_ + " is hot: resting between steps to hold " + degrees(limits_.soft - kBelowSoft),
         .why = now_.slowed_by_heat
                    ? "its driver lowers the clocks against heat at " + degrees(now_.celsius)
                    : degrees(smooth_) + " for half a minute, above the soft limit of " + degrees(limits_.soft),
         .fix = "better cooling, a lower power limit, or guards.temperature_soft for another limit",
         .duty = controller_->duty(),
         .figures = figures()});
  }

  void regulate(double seconds, std::vector<Advice>& advice) {
    const double duty = controller_->update(smooth_);
    full_seconds_ = duty >= 1 && smooth_ < limits_.soft - kBelowSoft ? full_seconds_ + seconds : 0;
    const bool over = full_seconds_ >= kCoolSeconds;
    if (over) controller_.reset();
    if (!over && std::abs(duty - passed_on_) < kNoticeableDuty) return;
    passed_on_ = duty;
    Advice one{.kind = Advice::Kind::kThrottle, .duty = duty, .quiet = !over};
    if (over) {
      one.what = name_ + " is cool again: full speed";
      one.why = degrees(smooth_) + " at full load for a minute; the hottest was " + degrees(hottest_);
      one.figures = figures();
    }
    advice.push_back(std::move(one));
  }

  void pause(double t, std::vector<Advice>& advice) {
    paused_since_ = t;
    hot_seconds_ = 0;
    advice.push_back(
        {.kind = Advice::Kind::kPause,
         .what = name_ + " is too hot: pausing until it is below " + degrees(limits_.soft - kResumeBelowSoft),
         .why = now_.emergency ? "the hardware brakes against heat at " + degrees(now_.celsius)
                               : degrees(now_.celsius) + " is above the hard limit of " + degrees(limits_.hard),
         .fix = "check its fans and the air around it",
         .figures = figures()});
  }

  void wait_for_cool(double t, std::vector<Advice>& advice) {
    const double waited = t - *paused_since_;
    const bool cool = now_.celsius < limits_.soft - kResumeBelowSoft && !now_.emergency;
    if (stopped_ || (!cool && waited < kLongestPause)) return;
    if (!cool && (now_.celsius > limits_.hard || now_.emergency)) {
      stopped_ = true;
      advice.push_back({.kind = Advice::Kind::kStop,
                        .what = name_ + " does not cool down",
                        .why = degrees(now_.celsius) + " after " + format_duration(waited) + " without work",
                        .fix = "check its fans, and what else uses it; the same command goes on from the checkpoint",
                        .figures = figures()});
      return;
    }
    paused_since_.reset();
    controller_ = HeatController(limits_.soft - kBelowSoft, kDutyAfterPause);
    full_seconds_ = 0;
    passed_on_ = kDutyAfterPause;
    smooth_ = now_.celsius;
    advice.push_back({.kind = Advice::Kind::kResume,
                      .what = name_ + " is " + (cool ? "cool" : "cooler") + " again: going on at half speed",
                      .why = degrees(now_.celsius) + " after " + format_duration(waited),
                      .duty = kDutyAfterPause,
                      .figures = figures()});
  }

  /// A power limit is no fault; but it explains a slow card.
  void power(const Temperature& now, double seconds, std::vector<Advice>& advice) {
    const double share = seconds / kPowerSeconds;
    const bool limited = now.slowed_by_power && now.clock_share < kPowerClock;
    power_share_ += ((limited ? 1.0 : 0.0) - power_share_) * std::min(1.0, share);
    if (told_power_ || power_share_ < kPowerShare) return;
    told_power_ = true;
    advice.push_back({.what = name_ + " runs at its power limit",
                      .why = "its clock is at " + format_number(std::round(100 * now.clock_share)) +
                             " % of the highest; this is no fault",
                      .fix = "nothing, or a higher power limit if the supply and the cooling allow it",
                      .figures = figures()});
  }

  std::string name_;
  Limits limits_;
  Temperature now_;
  double smooth_, hottest_ = 0, hot_seconds_ = 0, full_seconds_ = 0, passed_on_ = 1, power_share_ = 0;
  bool told_power_ = false, stopped_ = false;
  std::optional<double> last_t_, paused_since_;
  std::optional<HeatController> controller_;
};

class ThermalGuard final : public Guard {
 public:
  ThermalGuard(double soft, double hard) : soft_(soft), hard_(hard) {}

  void on_second(const Vitals& v, std::vector<Advice>& advice) override {
    std::vector<Advice> wishes;
    for (const Temperature& now : v.temperatures) {
      if (!(now.celsius > 0 && now.celsius < 150)) continue;  // a sensor that does not work
      sensors_.try_emplace(now.sensor, now, soft_, hard_).first->second.take(now, v.t, wishes);
    }
    double duty = 1;
    bool paused = false;
    for (const auto& [name, sensor] : sensors_) {
      duty = std::min(duty, sensor.duty());
      paused |= sensor.paused();
    }
    for (Advice& wish : wishes) {  // the hottest device decides
      if (wish.kind == Advice::Kind::kResume && paused) continue;
      if (wish.kind == Advice::Kind::kThrottle || wish.kind == Advice::Kind::kResume) wish.duty = duty;
      advice.push_back(std::move(wish));
    }
  }

 private:
  double soft_, hard_;
  std::map<std::string, Sensor> sensors_;
};

std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  if (!recipe.guards.thermal) return nullptr;
  return std::make_unique<ThermalGuard>(recipe.guards.temperature_soft, recipe.guards.temperature_hard);
}

}  // namespace

extern const GuardSpec thermal_guard;
const GuardSpec thermal_guard = {
    "thermal", "rests between steps to hold a hot device below its soft limit, pauses above the hard one",
    "NVML thresholds and clock event reasons; soft = min(85, slowdown - 7), hard = min(92, slowdown - 1)", make};

}  // namespace surefoot::guards
