// The disk under the run folder fills: told while there is still time to make room. (The writer checks the room before
// every save by itself; nothing is deleted here.)
#include <cmath>
#include <deque>

#include "surefoot/base/units.h"
#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

constexpr double kCheckpointsLeft = 3, kForecastSeconds = 2 * 3600, kWindowSeconds = 600;
constexpr int kSamples = 60;  // in the window
/// Told again only when it has become this much worse.
constexpr double kWorse = 0.5;

class DiskGuard final : public Guard {
 public:
  void on_second(const Vitals& v, std::vector<Advice>& advice) override {
    if (!v.disk_free_bytes) return;
    const double free = static_cast<double>(*v.disk_free_bytes), checkpoint = static_cast<double>(v.checkpoint_bytes);
    if (checkpoint > 0 && free < kCheckpointsLeft * checkpoint) {
      if (free < told_at_ * kWorse) tell_short(free, checkpoint, advice);
      return;
    }
    if (checkpoint > 0 && free > 2 * kCheckpointsLeft * checkpoint) told_at_ = INFINITY;
    forecast(v.t, free, advice);
  }

 private:
  void tell_short(double free, double checkpoint, std::vector<Advice>& advice) {
    told_at_ = free;
    const bool none = free < checkpoint;
    advice.push_back({.what = none ? "the next checkpoint does not fit on the disk" : "the disk is nearly full",
                      .why = format_bytes(static_cast<uint64_t>(free)) + " are free, a checkpoint takes " +
                             format_bytes(static_cast<uint64_t>(checkpoint)),
                      .fix = "make room, or lower checkpoint.keep and checkpoint.keep_every; training goes on and the "
                             "checkpoints that are there stay",
                      .figures = {{"free_bytes", free}, {"checkpoint_bytes", checkpoint}}});
  }

  /// Least free bytes of each window part: what a save takes for a moment and gives back does not count as filling.
  void forecast(double t, double free, std::vector<Advice>& advice) {
    if (t < next_sample_) return;
    next_sample_ = t + kWindowSeconds / kSamples;
    samples_.push_back({t, free});
    if (samples_.size() > kSamples) samples_.pop_front();
    if (samples_.size() < kSamples || told_forecast_) return;
    double newest = 0, oldest = 0;  // most free in the last and the first third
    for (size_t i = 0; i < kSamples / 3; ++i) {
      oldest = std::max(oldest, samples_[i].free);
      newest = std::max(newest, samples_[samples_.size() - 1 - i].free);
    }
    const double rate = (oldest - newest) / (kWindowSeconds * 2 / 3);
    if (rate <= 0 || newest / rate > kForecastSeconds) return;
    told_forecast_ = true;
    advice.push_back({.what = "the disk will be full in about " + format_duration(newest / rate),
                      .why = "it loses " + format_bytes(static_cast<uint64_t>(rate)) + " a second and " +
                             format_bytes(static_cast<uint64_t>(newest)) + " are left",
                      .fix = "find out what fills it (this run keeps checkpoint.keep checkpoints), and make room",
                      .figures = {{"free_bytes", newest}, {"bytes_per_second", rate}}});
  }

  struct Sample {
    double t, free;
  };
  double told_at_ = INFINITY, next_sample_ = -INFINITY;
  bool told_forecast_ = false;
  std::deque<Sample> samples_;
};

std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  return recipe.guards.disk ? std::make_unique<DiskGuard>() : nullptr;
}

}  // namespace

extern const GuardSpec disk_guard;
const GuardSpec disk_guard = {"disk",
                              "tells when fewer than 3 checkpoints fit, and when the disk will be full within 2 hours",
                              "rule 60: own threshold", make};

}  // namespace surefoot::guards
