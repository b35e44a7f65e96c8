#pragma once
// How long work takes on a device: arithmetic, memory traffic and the start of operators add up.
#include <algorithm>
#include <cstdint>

namespace surefoot::plan {

struct DryRun;

/// What training one picture asks of a device.
struct Work {
  double flop = 0;           // forward and backward, with what is computed again
  double traffic_bytes = 0;  // activations written for the backward, with those written again
  bool half = true;          // 16-bit arithmetic
  bool operator==(const Work&) const = default;
};

struct Speed {
  double flop = 1e11;       // a second, attained
  double traffic = 1e9;     // bytes of activations a second: the bus over the times each byte crosses it
  double bandwidth = 1e10;  // bytes a second
  double launch = 0;        // seconds to start an operator; work that is done sooner waits for the next
};

/// A step beside its work: weights are read and gradients added once a micro-batch.
struct Cut {
  int64_t micro_batch = 1;
  int64_t weight_bytes = 0;
  int64_t operators = 0;  // of a micro-batch
};

inline double seconds_a_picture(const Speed& speed, const Work& work, const Cut& cut) {
  constexpr double kWeightPasses = 5;  // forward, two backwards, gradient read and written
  const double pictures = static_cast<double>(std::max<int64_t>(1, cut.micro_batch));
  const double busy = work.flop / speed.flop + work.traffic_bytes / speed.traffic +
                      kWeightPasses * static_cast<double>(cut.weight_bytes) / speed.bandwidth / pictures;
  return std::max(busy, static_cast<double>(cut.operators) * speed.launch / pictures);
}

/// What `run`, over `batch` pictures in micro-batches of `micro_batch`, asks for a picture. @param plain  the same step
/// with nothing computed again
Work work_of(const DryRun& run, const DryRun& plain, int64_t batch, int64_t micro_batch, bool half);

}  // namespace surefoot::plan
