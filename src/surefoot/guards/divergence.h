#pragma once
// Is a step's loss or gradient out of bounds, and how far do we go about it? Pure numbers: the state travels in the
// checkpoint, so that a resumed run decides the same. Who acts: train/safety/divergence.h.
#include <cstdint>
#include <string>

namespace surefoot::guards {

/// Exponentially weighted mean and variance; the first values count equally.
struct MovingStatistics {
  double mean = 0, variance = 0;
  int64_t count = 0;

  void add(double value);
  /// Distance from the mean in standard deviations, none of which is taken below `floor`.
  double z(double value, double floor) const;
};

/// What the guard knows and where it stands; finite at all times.
struct DivergenceState {
  MovingStatistics loss, log_norm;  // of accepted steps
  double start_loss = 0;            // mean of the first accepted losses
  int64_t elevated = 0;             // steps in a row with a loss far above its mean

  int64_t first_bad = -1, last_bad = -1;    // steps of the present series; -1: none
  int64_t region_end = -1;                  // before this step, one more bad step is of the same region
  int64_t roll_backs = 0;                   // in the present region
  int64_t skip_from = -1, skip_until = -1;  // steps [from, until) whose batches led to a divergence
};

/// Calls visit(name, value) for every member, in a stable order: one list for writing and reading.
template <class State, class Visit>
void visit_members(State& s, Visit&& visit) {
  visit("loss_mean", s.loss.mean);
  visit("loss_variance", s.loss.variance);
  visit("loss_count", s.loss.count);
  visit("log_norm_mean", s.log_norm.mean);
  visit("log_norm_variance", s.log_norm.variance);
  visit("log_norm_count", s.log_norm.count);
  visit("start_loss", s.start_loss);
  visit("elevated", s.elevated);
  visit("first_bad", s.first_bad);
  visit("last_bad", s.last_bad);
  visit("region_end", s.region_end);
  visit("roll_backs", s.roll_backs);
  visit("skip_from", s.skip_from);
  visit("skip_until", s.skip_until);
}

struct Verdict {
  enum class Kind {
    kFine,
    kNotFinite,  // loss or gradient
    kRocket,     // a loss that no probabilities give: ten times that of guessing, and far above the start
    kSpike,      // loss and gradient norm jump together
    kDrift,      // the loss has been far above its mean for long
  };
  Kind kind = Kind::kFine;
  double z_loss = 0, z_log_norm = 0;  // 0 while warming up
  int64_t began = 0;                  // step at which the trouble began

  bool fine() const { return kind == Kind::kFine; }
};

/// Judges a step before the weights change. The state stays. Thresholds: z(log G) > 6 with z(L) > 4, or z(L) > 3 for 20
/// steps (EMA 0.97 as ZClip, Kumar et al. 2025, arXiv:2504.02507), only where the loss is back at where it started:
/// below that, training mends itself.
/// @param chance_loss ln(classes): the loss of guessing
Verdict judge(const DivergenceState& state, int64_t step, double loss, double grad_norm, double chance_loss);
/// "the loss is not finite (loss nan, gradient norm 3.1)", "loss 9.2 lies 12 standard deviations above its mean ...".
std::string describe(const Verdict& verdict, const DivergenceState& state, double loss, double grad_norm);
/// Learns the figures of a step that changed the weights.
void accept(DivergenceState& state, double loss, double grad_norm);

/// What to do about a bad step, in the order in which it is tried.
enum class Remedy { kSkip, kRollBack, kLowerRate, kStop };
/// "skip", "roll back", ...
const char* remedy_name(Remedy remedy);
/// A first bad step is skipped; one more within `kAgainWithin` steps rolls back, the next in the same region also
/// lowers the learning rate, the third stops. (PaLM, Chowdhery et al. 2022, arXiv:2204.02311, went back about 100 steps
/// and skipped the batches that led to the spike.)
Remedy escalate(DivergenceState& state, int64_t step, const Verdict& verdict);
/// After going back to `to`: statistics as they were in `then`, batches from shortly before the trouble began up to the
/// bad step are to be skipped.
void rolled_back(DivergenceState& state, const DivergenceState& then, int64_t to);
bool to_be_skipped(const DivergenceState& state, int64_t step);

inline constexpr int64_t kAgainWithin = 10;  // steps
inline constexpr int64_t kRegionSteps = 100;
inline constexpr int64_t kSkipBefore = 10;  // batches before the trouble began that are skipped, too
inline constexpr int64_t kWarmUpSteps = 200;
inline constexpr int64_t kDriftSteps = 20;

}  // namespace surefoot::guards
