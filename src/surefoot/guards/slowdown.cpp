// Epochs become slower: told, with the stage that grew. (Time that a hot device was rested does not count.)
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "surefoot/base/units.h"
#include "surefoot/guards/guard.h"
#include "surefoot/guards/trend.h"

namespace surefoot::guards {
namespace {

constexpr double kSlopeAnEpoch = 0.01, kSlower = 0.10;
constexpr double kShared = 0.25;  // cores: where other programs take as much, they explain it
constexpr size_t kEpochs = 6;     // five steps from one epoch to the next

struct Stage {
  const char* name;
  const char* fix;
  double seconds;
};
using Stages = std::array<Stage, 4>;

Stages stages_of(const EpochFigures& e) {
  const double training = std::max(0.0, e.seconds - e.rest_seconds);
  return {Stage{"waiting for data",
                "look at the disk and at what else reads from it; a full page cache makes the disk the limit",
                training * e.data_wait},
          Stage{"computing", "look at temperature and clocks, and at what else runs on the device",
                training * (1 - e.data_wait)},
          Stage{"evaluation", "look at what else runs on the machine", e.evaluation_seconds},
          Stage{"saving", "look at the disk: a nearly full one writes slowly", e.checkpoint_seconds}};
}

double total(const Stages& stages) {
  double sum = 0;
  for (const Stage& stage : stages) sum += stage.seconds;
  return sum;
}

class SlowdownGuard final : public Guard {
 public:
  void on_epoch(const EpochFigures& e, std::vector<Advice>& advice) override {
    if (!started_) {  // the first one reads cold files and chooses kernels
      started_ = true;
      return;
    }
    epochs_.push_back(stages_of(e));
    if (epochs_.size() < 4) return;
    const double now = total(epochs_.back()), before = reference();
    const bool much = total(epochs_[epochs_.size() - 2]) > (1 + kSlower) * before && now > (1 + kSlower) * before;
    if (now < told_at_ * (1 + kSlower) || (!much && !creeps())) return;
    if (e.others_cores > kShared && std::exchange(told_shared_, true)) return;
    told_at_ = now;
    tell(e, before, advice);
  }

 private:
  /// Median of the first three.
  double reference() const {
    std::array<double, 3> first{total(epochs_[0]), total(epochs_[1]), total(epochs_[2])};
    std::sort(first.begin(), first.end());
    return first[1];
  }

  /// Every epoch slower than the one before, by more than one per cent each.
  bool creeps() const {
    if (epochs_.size() < kEpochs) return false;
    std::vector<Point> points;
    for (size_t i = epochs_.size() - kEpochs; i < epochs_.size(); ++i)
      points.push_back({static_cast<double>(i), total(epochs_[i])});
    for (size_t i = 1; i < points.size(); ++i) {
      if (points[i].value <= points[i - 1].value) return false;
    }
    return theil_sen(points).slope > kSlopeAnEpoch * points.front().value;
  }

  void tell(const EpochFigures& e, double before, std::vector<Advice>& advice) const {
    const Stages& now = epochs_.back();
    const Stages& first = epochs_[epochs_.size() > kEpochs ? epochs_.size() - kEpochs : 0];
    size_t grew = 0;
    for (size_t i = 1; i < now.size(); ++i) {
      if (now[i].seconds - first[i].seconds > now[grew].seconds - first[grew].seconds) grew = i;
    }
    const double slower = total(now) / before - 1;
    const bool shared = e.others_cores > kShared;
    const std::string others = format_number(std::round(10 * e.others_cores) / 10);
    const std::string cause = shared ? "; other programs kept " + others + " processor cores busy meanwhile" : "";
    advice.push_back({.what = "epochs become slower: epoch " + std::to_string(e.epoch) + " took " +
                              format_number(std::round(100 * slower)) + " % longer",
                      .why = format_duration(total(now)) + " instead of " + format_duration(before) +
                             "; what grew is " + now[grew].name + ", from " + format_duration(first[grew].seconds) +
                             " to " + format_duration(now[grew].seconds) + cause,
                      .fix = shared ? "nothing, or end what else runs here" : now[grew].fix,
                      .figures = {{"seconds", total(now)},
                                  {"before", before},
                                  {"others_cores", e.others_cores},
                                  {"stage_seconds", now[grew].seconds},
                                  {"stage_before", first[grew].seconds}}});
  }

  bool started_ = false;
  std::vector<Stages> epochs_;
  double told_at_ = 0;
  bool told_shared_ = false;
};

std::unique_ptr<Guard> make(const config::Recipe& recipe) {
  return recipe.guards.slowdown ? std::make_unique<SlowdownGuard>() : nullptr;
}

}  // namespace

extern const GuardSpec slowdown_guard;
const GuardSpec slowdown_guard = {"slowdown", "tells when epochs become slower, and which stage grew",
                                  "rule 23: more than 1 % an epoch over five, or more than 10 %", make};

}  // namespace surefoot::guards
