#pragma once
// A healthy training in simulated time: what its vitals, steps and epochs look like, with all their noise.
#include <cmath>
#include <functional>
#include <vector>

#include "surefoot/base/philox.h"
#include "surefoot/guards/guard.h"

namespace surefoot::testing {

inline constexpr double kMiB = 1024.0 * 1024.0;

/// Different seeds give different machines: size of memory, noise, sawtooth of caches, length of epochs, with and
/// without a GPU.
class QuietRun {
 public:
  explicit QuietRun(uint64_t seed) : random_(seed, Purpose::kSynthetic, 77, 0) {
    base_ = random_.uniform(300, 8000) * kMiB;
    noise_ = random_.uniform(0, 6) * kMiB;
    saw_ = random_.uniform(0, 200) * kMiB;
    saw_period_ = random_.uniform(20, 900);
    checkpoint_ = random_.uniform(40, 2000) * kMiB;
    step_seconds_ = random_.uniform(0.05, 3);
    epoch_seconds_ = random_.uniform(120, 3000);
    gpu_ = random_.uniform() < 0.5;
    warm_ = random_.uniform(60, 78);
  }

  guards::Vitals vitals(double t) {
    guards::Vitals v;
    v.t = t;
    v.step = static_cast<int64_t>(t / step_seconds_);
    v.last_progress_t = static_cast<double>(v.step) * step_seconds_;
    const bool saving = std::fmod(t, 600) < 4;
    const double warming = 1 - std::exp(-t / 20);
    const double tooth = saw_ * std::fmod(t, saw_period_) / saw_period_;
    const double stairs = 20 * kMiB * std::floor(std::log2(1 + t / 600));  // high-water marks of caches: ever rarer
    v.rss_anon_bytes = static_cast<uint64_t>(base_ * (0.3 + 0.7 * warming) + tooth + stairs +
                                             std::abs(random_.normal()) * noise_ + (saving ? checkpoint_ : 0));
    v.memory_bytes = static_cast<uint64_t>(64e9);
    v.memory_free_bytes = v.memory_bytes - v.rss_anon_bytes;
    v.components = {{"tensors", static_cast<uint64_t>(base_ * 0.6 * warming)},
                    {"loader slots", static_cast<uint64_t>(base_ * 0.05)}};
    v.disk_free_bytes = static_cast<uint64_t>(500e9 - (saving ? checkpoint_ : 0) - t * 100);
    v.checkpoint_bytes = t < 600 ? 0 : static_cast<uint64_t>(checkpoint_);
    if (gpu_) {
      v.temperatures.push_back({.sensor = "gpu 0",
                                .celsius = 40 + (warm_ - 40) * (1 - std::exp(-t / 90)) + random_.normal(),
                                .slowdown = 95,
                                .shutdown = 98,
                                .slowed_by_power = random_.uniform() < 0.7,
                                .clock_share = 0.9});
    }
    v.temperatures.push_back({.sensor = "cpu x86_pkg_temp",
                              .part = guards::Temperature::Part::kCpu,
                              .celsius = 70 + 3 * random_.normal(),
                              .slowdown = 100});
    return v;
  }

  guards::EpochFigures epoch(int64_t number) {
    guards::EpochFigures e;
    e.epoch = number;
    e.t = epoch_seconds_ * static_cast<double>(number + 1);
    e.step = static_cast<int64_t>(e.t / step_seconds_);
    e.seconds = epoch_seconds_ * (1 + 0.01 * random_.normal());
    e.images_per_second = 64 / step_seconds_;
    e.data_wait = std::abs(0.01 * random_.normal());
    e.train_loss = 0.9 + 2 * std::exp(-static_cast<double>(number) / 8) + 0.01 * random_.normal();
    e.evaluation_seconds = epoch_seconds_ * 0.05 * (1 + 0.03 * random_.normal());
    e.checkpoint_seconds = 2 + 0.2 * std::abs(random_.normal());
    e.top1 = 0.9 - 0.6 * std::exp(-static_cast<double>(number) / 8) + 0.006 * random_.normal();
    for (int i = 0; i < 10; ++i) e.predicted.push_back(static_cast<int64_t>(100 + 5 * random_.normal()));
    return e;
  }

  /// A loss that falls and is noisy, an lr that is constant.
  guards::StepFigures step(int64_t number) {
    guards::StepFigures s;
    s.step = number;
    s.t = step_seconds_ * static_cast<double>(number);
    s.loss = (0.9 + 1.4 * std::exp(-static_cast<double>(number) / 2000)) * (1 + 0.05 * random_.normal());
    s.grad_norm = 2 * std::exp(0.2 * random_.normal());
    s.lr = 0.05;
    s.seconds = step_seconds_ * (1 + 0.02 * std::abs(random_.normal()));
    s.wait_seconds = 0.01 * s.seconds;
    return s;
  }

  double epoch_seconds() const { return epoch_seconds_; }

 private:
  Philox random_;
  double base_, noise_, saw_, saw_period_, checkpoint_, step_seconds_, epoch_seconds_, warm_;
  bool gpu_;
};

}  // namespace surefoot::testing
