#include "surefoot/index/fft.h"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "surefoot/base/wide.h"

namespace surefoot::index {

Fft::Fft(int size) : size_(size), reversed_(static_cast<size_t>(size)) {
  for (int i = 1; i < size; ++i) {
    reversed_[static_cast<size_t>(i)] = reversed_[static_cast<size_t>(i / 2)] / 2 + (i % 2 != 0 ? size / 2 : 0);
  }
  for (int k = 0; k < size / 2; ++k) {
    const double angle = -2 * std::numbers::pi * k / size;
    cosine_.push_back(static_cast<float>(std::cos(angle)));
    sine_.push_back(static_cast<float>(std::sin(angle)));
  }
}

SUREFOOT_WIDE void Fft::forward(float* real, float* imaginary, int lanes) const {
  const auto row = [lanes](float* from, int i) { return from + static_cast<std::ptrdiff_t>(i) * lanes; };
  for (int i = 0; i < size_; ++i) {
    const int j = reversed_[static_cast<size_t>(i)];
    if (j <= i) continue;
    for (int lane = 0; lane < lanes; ++lane) {
      std::swap(row(real, i)[lane], row(real, j)[lane]);
      std::swap(row(imaginary, i)[lane], row(imaginary, j)[lane]);
    }
  }
  for (int half = 1; half < size_; half *= 2) {
    for (int start = 0; start < size_; start += 2 * half) {
      for (int k = 0; k < half; ++k) {
        const auto turn = static_cast<size_t>(k * (size_ / (2 * half)));
        const float c = cosine_[turn], s = sine_[turn];
        float* __restrict ar = row(real, start + k);
        float* __restrict ai = row(imaginary, start + k);
        float* __restrict br = row(real, start + k + half);
        float* __restrict bi = row(imaginary, start + k + half);
        if (k == 0) {  // no turn
          for (int lane = 0; lane < lanes; ++lane) {
            const float tr = br[lane], ti = bi[lane];
            br[lane] = ar[lane] - tr, bi[lane] = ai[lane] - ti;
            ar[lane] += tr, ai[lane] += ti;
          }
          continue;
        }
        for (int lane = 0; lane < lanes; ++lane) {
          const float tr = br[lane] * c - bi[lane] * s, ti = br[lane] * s + bi[lane] * c;
          br[lane] = ar[lane] - tr, bi[lane] = ai[lane] - ti;
          ar[lane] += tr, ai[lane] += ti;
        }
      }
    }
  }
}

}  // namespace surefoot::index
