#include "surefoot/index/fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "surefoot/base/philox.h"

namespace surefoot::index {
namespace {

// The definition, in double precision.
std::complex<double> transform(
    const std::vector<float>& real, const std::vector<float>& imaginary, int size, int lanes, int lane, int k) {
  std::complex<double> sum;
  for (int n = 0; n < size; ++n) {
    const auto at = static_cast<size_t>(n * lanes + lane);
    sum += std::complex<double>(real[at], imaginary[at]) * std::polar(1.0, -2 * std::numbers::pi * k * n / size);
  }
  return sum;
}

TEST(Fft, IsTheDefinitionInEveryLane) {
  for (const auto& [size, lanes] : {std::pair{2, 1}, {8, 3}, {64, 32}, {512, 1}}) {
    Philox random(1, Purpose::kSynthetic, 0, static_cast<uint64_t>(size));
    std::vector<float> real, imaginary;
    for (int i = 0; i < size * lanes; ++i)
      real.push_back(static_cast<float>(random.normal())), imaginary.push_back(static_cast<float>(random.normal()));
    std::vector<float> re = real, im = imaginary;
    Fft(size).forward(re.data(), im.data(), lanes);
    for (int k = 0; k < size; ++k) {
      const int lane = k % lanes;
      const std::complex<double> expected = transform(real, imaginary, size, lanes, lane, k);
      const auto at = static_cast<size_t>(k * lanes + lane);
      EXPECT_NEAR(re[at], expected.real(), 2e-4) << size << " " << k;
      EXPECT_NEAR(im[at], expected.imag(), 2e-4) << size << " " << k;
    }
  }
}

}  // namespace
}  // namespace surefoot::index
