#pragma once
// Host memory that grows without end.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "surefoot/guards/guard.h"
#include "surefoot/guards/trend.h"

namespace surefoot::guards {

/// How long it looks before it speaks. Tests with real memory shorten the times and keep everything else.
struct LeakTimes {
  double warm_up = 20;           // s after the first steps, when caches have filled
  double fast = 90, slow = 600;  // s: a fast leak is seen in the first window, a slow one in the second
  double between = 2;            // s between samples that are kept
};

/// Grows: the slope of the anonymous memory, surely (lower 5 % bound) above 2 MB/s over the fast window or 0.5 MB/s
/// over the slow one (or enough to fill the machine within two hours), steadily, above every level reached before, and
/// by at least 200 MiB (a sixteenth of a small machine's memory). Then, as long as it goes on: trim; new decode
/// threads; a restart when a quarter of the memory has leaked or a quarter of an hour is left.
class LeakGuard final : public Guard {
 public:
  explicit LeakGuard(LeakTimes times = {}) : times_(times) {}
  void on_second(const Vitals& vitals, std::vector<Advice>& advice) override;

 private:
  struct Sample {
    double t, rss;
    std::vector<double> parts;
  };
  struct Growth {
    Slope slope;
    double bytes = 0;
    std::string part;  // "loader slots", or empty
    double part_slope = 0;
  };
  void keep(const Vitals& vitals);
  std::optional<Growth> growth(double window, double least_slope, double least_bytes) const;
  void name_part(std::span<const Sample> samples, Growth& growth) const;
  void act(const Vitals& vitals, const Growth& growth, std::vector<Advice>& advice);

  LeakTimes times_;
  std::vector<Sample> samples_;
  std::vector<std::string> part_names_;
  double start_ = -1, next_ = -1e300;
  double level_at_first_alarm_ = 0, last_alarm_ = -1e300;
  int stage_ = 0;  // what is tried next
  bool told_waiting_ = false;
};

}  // namespace surefoot::guards
