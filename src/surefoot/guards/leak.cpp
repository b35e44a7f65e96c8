#include "surefoot/guards/leak.h"

#include <algorithm>
#include <cmath>

#include "surefoot/base/units.h"

namespace surefoot::guards {
namespace {

constexpr double kMB = 1e6, kMiB = 1024.0 * 1024.0;
constexpr double kFastSlope = 2 * kMB, kSlowSlope = 0.5 * kMB;  // bytes/s, lower bound
constexpr double kTimeToFull = 7200;                            // s
constexpr double kLeastGrowth = 200 * kMiB, kLeastShare = 1.0 / 16;
constexpr double kRestartShare = 0.25, kRestartSeconds = 900;
constexpr double kHistory = 6;      // in slow windows: how long an old high level excuses a new one
constexpr double kForgotten = 3;    // in slow windows: growth that has stopped for so long begins anew
constexpr size_t kChunk = 10;       // samples whose median is a level
constexpr int64_t kFirstSteps = 3;  // optimiser state and caches appear in these

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string rate(double bytes_per_second) {
  return format_number(std::round(bytes_per_second / kMB * 10) / 10) + " MB/s";
}

/// The stages in the order in which they are tried.
struct Step {
  Advice::Kind kind;
  const char* what;
};
constexpr Step kSteps[] = {{Advice::Kind::kTrim, "giving unused memory back"},
                           {Advice::Kind::kRecycleWorkers, "starting new decode threads"},
                           {Advice::Kind::kRestart, "starting the process anew from a checkpoint"}};

}  // namespace

void LeakGuard::keep(const Vitals& v) {
  next_ = v.t + times_.between;
  for (const auto& [name, bytes] : v.components) {
    if (std::find(part_names_.begin(), part_names_.end(), name) == part_names_.end()) part_names_.push_back(name);
  }
  Sample sample{v.t, static_cast<double>(v.rss_anon_bytes), std::vector<double>(part_names_.size(), 0)};
  for (const auto& [name, bytes] : v.components) {
    const auto at = std::find(part_names_.begin(), part_names_.end(), name) - part_names_.begin();
    sample.parts[static_cast<size_t>(at)] = static_cast<double>(bytes);
  }
  samples_.push_back(std::move(sample));
  const auto old = std::find_if(samples_.begin(), samples_.end(),
                                [&](const Sample& each) { return each.t >= v.t - kHistory * times_.slow; });
  if (old - samples_.begin() > 1000) samples_.erase(samples_.begin(), old);  // now and then, not every time
}

std::optional<LeakGuard::Growth> LeakGuard::growth(double window, double least_slope, double least_bytes) const {
  const double now = samples_.back().t;
  if (now - start_ < window) return std::nullopt;
  const auto first =
      std::find_if(samples_.begin(), samples_.end(), [&](const Sample& each) { return each.t >= now - window; });
  const std::span<const Sample> inside(first, samples_.end());
  if (inside.size() < 3 * kChunk || inside.back().rss - inside.front().rss < 0.5 * least_bytes) return std::nullopt;
  // At most about 60 points: the slow window has no use for more.
  const size_t stride = std::max<size_t>(1, inside.size() / 60);
  std::vector<Point> points;
  for (size_t i = 0; i < inside.size(); i += stride) points.push_back({inside[i].t, inside[i].rss});
  if (!grows_steadily(points)) return std::nullopt;
  Growth found{theil_sen(points), 0, "", 0};
  found.bytes = found.slope.slope * (points.back().t - points.front().t);
  if (found.slope.lower < least_slope || found.bytes < least_bytes) return std::nullopt;

  // A level that was reached before is a saw tooth, not a leak.
  std::vector<double> chunk;
  double highest = 0;
  for (auto each = samples_.begin(); each != first; ++each) {
    chunk.push_back(each->rss);
    if (chunk.size() == kChunk) highest = std::max(highest, median(std::move(chunk))), chunk = {};
  }
  for (size_t i = inside.size() - kChunk; i < inside.size(); ++i) chunk.push_back(inside[i].rss);
  if (median(chunk) < highest + 0.1 * found.bytes) return std::nullopt;
  name_part(inside, found);
  return found;
}

void LeakGuard::name_part(std::span<const Sample> samples, Growth& growth) const {
  const auto rise = [&](const auto& value) {  // from the first samples to the last
    std::vector<double> first, last;
    for (size_t i = 0; i < kChunk; ++i)
      first.push_back(value(samples[i])), last.push_back(value(samples[samples.size() - 1 - i]));
    return median(std::move(last)) - median(std::move(first));
  };
  const double seconds = samples.back().t - samples.front().t;
  const double whole = rise([](const Sample& each) { return each.rss; });
  double nearest = 0.5 * whole;
  for (size_t part = 0; part < part_names_.size(); ++part) {
    const double own = rise([&](const Sample& each) { return part < each.parts.size() ? each.parts[part] : 0; });
    if (std::abs(own - whole) > nearest) continue;
    nearest = std::abs(own - whole);
    growth.part = part_names_[part];
    growth.part_slope = own / seconds;
  }
}

void LeakGuard::on_second(const Vitals& v, std::vector<Advice>& advice) {
  if (v.rss_anon_bytes == 0 || v.step < kFirstSteps || v.t < next_) return;
  if (start_ < 0) start_ = v.t + times_.warm_up;
  if (v.t < start_) return;
  keep(v);
  const auto memory = static_cast<double>(v.memory_bytes), free = static_cast<double>(v.memory_free_bytes);
  const double least_bytes = memory > 0 ? std::min(kLeastGrowth, memory * kLeastShare) : kLeastGrowth;
  const double least_slow = memory > 0 ? std::min(kSlowSlope, free / kTimeToFull) : kSlowSlope;
  auto found = growth(times_.fast, kFastSlope, least_bytes);
  if (!found) found = growth(times_.slow, least_slow, least_bytes);
  if (found) act(v, *found, advice);
}

void LeakGuard::act(const Vitals& v, const Growth& found, std::vector<Advice>& advice) {
  const double now = static_cast<double>(v.rss_anon_bytes), memory = static_cast<double>(v.memory_bytes);
  if (v.t - last_alarm_ > kForgotten * times_.slow) {
    stage_ = 0;
    told_waiting_ = false;
    level_at_first_alarm_ = now - found.bytes;
  }
  last_alarm_ = v.t;
  start_ = v.t;  // the next window begins here: what is done now must have had its effect
  const double left = v.memory_free_bytes > 0 ? static_cast<double>(v.memory_free_bytes) / found.slope.slope : 1e300;
  const bool due = (memory > 0 && now - level_at_first_alarm_ > kRestartShare * memory) || left < kRestartSeconds;
  const bool waits = stage_ == 2 && !due;
  const Step& step = kSteps[stage_];
  if (stage_ < 2) ++stage_;
  Advice one{.kind = waits ? Advice::Kind::kTell : step.kind};
  one.what = "host memory grows by " + rate(found.slope.slope) + ": " +
             (waits ? "starting anew when a quarter of it is gone" : step.what);
  one.why = format_bytes(static_cast<uint64_t>(now)) + " in use, " +
            format_bytes(static_cast<uint64_t>(std::max(0.0, now - level_at_first_alarm_))) +
            " more than before it began" + (left < 1e6 ? ", full in " + format_duration(left) : "") + "; " +
            (found.part.empty() ? "no part of the program that counts its memory grows with it: unattributed"
                                : "it is the " + found.part + ", growing by " + rate(found.part_slope));
  one.fix =
      "nothing needs to be done for this run; guards.restart_every can start the process anew before memory is short";
  one.figures = {{"bytes_per_second", found.slope.slope}, {"lower_bound", found.slope.lower}, {"rss_bytes", now}};
  if (left < 1e6) one.figures.emplace_back("seconds_left", left);
  if (!waits || !told_waiting_) advice.push_back(std::move(one));
  told_waiting_ |= waits;
}

namespace {
std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  return recipe.guards.leak ? std::make_unique<LeakGuard>() : nullptr;
}
}  // namespace

extern const GuardSpec leak_guard;
const GuardSpec leak_guard = {
    "leak", "finds host memory that grows without end, names the part; trims, renews decode threads, starts anew",
    "Theil 1950, Sen 1968; thresholds for the field report of 3 MB/s until 64 GB were gone", make};

}  // namespace surefoot::guards
