#pragma once
// Discrete Fourier transforms of a power of two, many side by side.
#include <vector>

namespace surefoot::index {

/// Radix-2 decimation in time (Cooley & Tukey 1965) along the first axis of [size, lanes] arrays: all lanes at once, so
/// that the inner loops are plain SIMD. Immutable after construction: thread-safe.
class Fft {
 public:
  explicit Fft(int size);  // a power of two, at least 2
  /// In place, not normalised: X[k] = sum x[n] exp(-2 pi i k n / size).
  void forward(float* real, float* imaginary, int lanes) const;
  int size() const { return size_; }

 private:
  int size_;
  std::vector<int> reversed_;
  std::vector<float> cosine_, sine_;  // of -2 pi k / size, k < size / 2
};

}  // namespace surefoot::index
