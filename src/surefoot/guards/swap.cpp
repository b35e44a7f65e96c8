// The machine reads memory back from the disk: everything becomes slow long before memory is gone.
#include <algorithm>

#include "surefoot/base/units.h"
#include "surefoot/guards/guard.h"

namespace surefoot::guards {
namespace {

constexpr double kBytesPerSecond = 1e6, kSeconds = 60, kTellAgain = 3600;

class SwapGuard final : public Guard {
 public:
  void on_second(const Vitals& v, std::vector<Advice>& advice) override {
    const double seconds = v.t - t_;
    const auto bytes = static_cast<double>(v.swapped_in_bytes - swapped_);
    const bool first = !started_;
    started_ = true;
    t_ = v.t;
    swapped_ = v.swapped_in_bytes;
    if (first || seconds <= 0) return;
    busy_ += ((bytes / seconds > kBytesPerSecond ? 1.0 : 0.0) - busy_) * std::min(1.0, seconds / kSeconds);
    rate_ += (bytes / seconds - rate_) * std::min(1.0, seconds / kSeconds);
    if (busy_ < 0.5 || v.t < quiet_until_) return;
    quiet_until_ = v.t + kTellAgain;
    advice.push_back({.what = "the machine swaps: host memory is too small for what runs on it",
                      .why = format_bytes(static_cast<uint64_t>(rate_)) +
                             " a second come back from the disk; this process holds " + format_bytes(v.rss_anon_bytes),
                      .fix = "lower data.prefetch and data.workers, or end other programs",
                      .figures = {{"bytes_per_second", rate_}, {"rss_bytes", static_cast<double>(v.rss_anon_bytes)}}});
  }

 private:
  bool started_ = false;
  double t_ = 0, busy_ = 0, rate_ = 0, quiet_until_ = -1e300;
  uint64_t swapped_ = 0;
};

std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  return recipe.guards.leak ? std::make_unique<SwapGuard>() : nullptr;
}

}  // namespace

extern const GuardSpec swap_guard;
const GuardSpec swap_guard = {"swap", "tells when the machine reads memory back from the disk",
                              "rule 35: own threshold, 1 MB/s for half a minute", make};

}  // namespace surefoot::guards
