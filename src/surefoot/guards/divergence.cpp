#include "surefoot/guards/divergence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace surefoot::guards {
namespace {

constexpr double kAlpha = 0.97;
constexpr double kSpikeNorm = 6, kSpikeLoss = 4, kElevated = 3;
/// Standard deviations are not believed below these: a quiet stretch would make an ordinary batch look like a spike.
constexpr double kLossFloorShare = 0.05, kLossFloor = 0.01, kLogNormFloor = 0.25;
/// Below this share of the loss at the start no jump is a divergence: a rare, badly labelled batch of a network that
/// knows all others by heart looks like one.
constexpr double kBackAtStart = 0.8;
constexpr int64_t kStartSteps = 10;
constexpr double kRocketChances = 10;

double log_of(double grad_norm) { return std::log(std::max(grad_norm, 1e-30)); }
double loss_floor(const DivergenceState& s) { return kLossFloorShare * std::abs(s.loss.mean) + kLossFloor; }
double loss_deviation(const DivergenceState& s) { return std::max(std::sqrt(s.loss.variance), loss_floor(s)); }

std::string figure(double value) {
  if (std::isnan(value)) return "nan";  // of either sign
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

}  // namespace

void MovingStatistics::add(double value) {
  ++count;
  const double weight = std::max(1 - kAlpha, 1.0 / static_cast<double>(count)), distance = value - mean;
  mean += weight * distance;
  variance = (1 - weight) * (variance + weight * distance * distance);
}

double MovingStatistics::z(double value, double floor) const {
  return (value - mean) / std::max(std::sqrt(variance), floor);
}

Verdict judge(const DivergenceState& s, int64_t step, double loss, double grad_norm, double chance_loss) {
  Verdict verdict{.began = step};
  if (!std::isfinite(loss) || !std::isfinite(grad_norm)) {
    verdict.kind = Verdict::Kind::kNotFinite;
    return verdict;
  }
  if (s.loss.count >= kWarmUpSteps) {
    verdict.z_loss = s.loss.z(loss, loss_floor(s));
    verdict.z_log_norm = s.log_norm.z(log_of(grad_norm), kLogNormFloor);
  }
  if (loss > kRocketChances * std::max(chance_loss, s.start_loss)) {
    verdict.kind = Verdict::Kind::kRocket;
  } else if (loss < kBackAtStart * s.start_loss) {
    verdict.kind = Verdict::Kind::kFine;
  } else if (verdict.z_log_norm > kSpikeNorm && verdict.z_loss > kSpikeLoss) {
    verdict.kind = Verdict::Kind::kSpike;
  } else if (verdict.z_loss > kElevated && s.elevated + 1 >= kDriftSteps) {
    verdict.kind = Verdict::Kind::kDrift;
    verdict.began = std::max<int64_t>(0, step - s.elevated);
  }
  return verdict;
}

std::string describe(const Verdict& v, const DivergenceState& s, double loss, double grad_norm) {
  const std::string figures = "loss " + figure(loss) + ", gradient norm " + figure(grad_norm);
  const std::string usual = "; usual are " + figure(s.loss.mean) + " and " + figure(std::exp(s.log_norm.mean));
  switch (v.kind) {
    case Verdict::Kind::kFine:
      return figures;
    case Verdict::Kind::kNotFinite:
      return std::string(std::isfinite(loss) ? "the gradient" : "the loss") + " is not finite (" + figures + ")";
    case Verdict::Kind::kRocket:
      return "the loss is more than ten times that of guessing (" + figures + ")";
    case Verdict::Kind::kSpike:
      return "loss and gradient jump (" + figures + usual + ": " + figure(v.z_loss) + " and " + figure(v.z_log_norm) +
             " standard deviations)";
    case Verdict::Kind::kDrift:
      return "the loss has been far above its mean for " + std::to_string(s.elevated + 1) + " steps (" + figures +
             usual + ")";
  }
  return figures;
}

void accept(DivergenceState& s, double loss, double grad_norm) {
  const bool warm = s.loss.count >= kWarmUpSteps;
  const bool elevated = warm && s.loss.z(loss, loss_floor(s)) > kElevated;
  if (s.loss.count < kStartSteps) s.start_loss += (loss - s.start_loss) / static_cast<double>(s.loss.count + 1);
  // What is far off moves the mean by a bounded step and the variance not at all: otherwise a drift would hide itself.
  if (elevated) {
    s.loss.mean += (1 - kAlpha) * kElevated * loss_deviation(s);
  } else {
    s.loss.add(loss);
  }
  s.elevated = elevated ? s.elevated + 1 : 0;
  s.log_norm.add(log_of(grad_norm));
}

const char* remedy_name(Remedy remedy) {
  switch (remedy) {
    case Remedy::kSkip:
      return "skip";
    case Remedy::kRollBack:
      return "roll back";
    case Remedy::kLowerRate:
      return "lower the learning rate";
    case Remedy::kStop:
      return "stop";
  }
  return "?";
}

Remedy escalate(DivergenceState& s, int64_t step, const Verdict& verdict) {
  const bool again = s.last_bad >= 0 && step - s.last_bad <= kAgainWithin, same_region = step < s.region_end;
  if (!again && !same_region) {
    s.first_bad = verdict.began;
    s.roll_backs = 0;
    s.last_bad = step;
    return Remedy::kSkip;
  }
  s.first_bad = std::min(s.first_bad, verdict.began);
  s.last_bad = std::max(s.last_bad, step);
  s.region_end = s.last_bad + kRegionSteps;
  ++s.roll_backs;
  return s.roll_backs == 1 ? Remedy::kRollBack : s.roll_backs == 2 ? Remedy::kLowerRate : Remedy::kStop;
}

void rolled_back(DivergenceState& s, const DivergenceState& then, int64_t to) {
  s.loss = then.loss;
  s.log_norm = then.log_norm;
  s.start_loss = then.start_loss;
  s.elevated = then.elevated;
  s.skip_from = std::max(to, s.first_bad - kSkipBefore);
  s.skip_until = s.last_bad + 1;
}

bool to_be_skipped(const DivergenceState& s, int64_t step) { return step >= s.skip_from && step < s.skip_until; }

}  // namespace surefoot::guards
