#pragma once
// Keeps fp16 gradients in range: Micikevicius et al. 2018. Numbers only; the trainer multiplies the loss and divides
// the gradients.
#include <cstdint>

namespace surefoot::optim {

/// Doubles after 2000 good steps in a row, halves on overflow, never below 1. Powers of two: scaling changes no
/// mantissa.
class LossScaler {
 public:
  explicit LossScaler(double scale = 65536, int64_t good_steps = 0) : scale_(scale), good_steps_(good_steps) {}
  double scale() const { return scale_; }
  int64_t good_steps() const { return good_steps_; }
  /// False at the floor: then an overflow is a divergence.
  bool can_shrink() const { return scale_ > 1; }
  void overflowed() {
    scale_ = scale_ > 2 ? scale_ * 0.5 : 1;
    good_steps_ = 0;
  }
  void succeeded() {
    if (++good_steps_ < kGrowthInterval) return;
    scale_ *= 2;
    good_steps_ = 0;
  }

 private:
  static constexpr int64_t kGrowthInterval = 2000;
  double scale_;
  int64_t good_steps_;
};

}  // namespace surefoot::optim
