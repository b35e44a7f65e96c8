#include "surefoot/tensor/random.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace surefoot::tensor {
namespace {

using Four = std::array<uint32_t, 4>;

/// The numbers of `Philox(stream)`, by block index: block k holds its 32-bit draws 4k .. 4k+3.
class Blocks {
 public:
  explicit Blocks(const Stream& s) {
    const auto lo = [](uint64_t v) { return static_cast<uint32_t>(v); };
    const auto hi = [](uint64_t v) { return static_cast<uint32_t>(v >> 32); };
    const Four key =
        philox4x32({lo(s.time), hi(s.time), static_cast<uint32_t>(s.purpose), s.attempt}, {lo(s.seed), hi(s.seed)});
    key_ = {key[0], key[1]};
    counter_ = {0, lo(s.sample), hi(s.sample), key[2]};
  }
  Four operator[](uint32_t block) const { return philox4x32({block, counter_[1], counter_[2], counter_[3]}, key_); }

 private:
  std::array<uint32_t, 2> key_;
  Four counter_;
};

// Logarithm, sine and cosine of our own: those of libm differ in the last bit between machines. Plain arithmetic,
// errors below 1e-11.

/// ln(x) for normal x > 0: exponent, and 2 atanh((m-1)/(m+1)) of a mantissa m in [0.7, 1.42).
double ln(double x) {
  const auto bits = std::bit_cast<uint64_t>(x);
  const uint64_t shifted = bits - 0x3FE6A09E00000000u;  // sqrt(1/2)
  const auto exponent = static_cast<double>(static_cast<int64_t>(shifted) >> 52);
  const double mantissa = std::bit_cast<double>(bits - (shifted & 0xFFF0000000000000u));
  const double s = (mantissa - 1) / (mantissa + 1), s2 = s * s;
  const double series =
      1 + s2 * (1. / 3 + s2 * (1. / 5 + s2 * (1. / 7 + s2 * (1. / 9 + s2 * (1. / 11 + s2 * (1. / 13))))));
  return exponent * 0.69314718055994530942 + 2 * s * series;
}

/// cos and sin of 2 pi * turns / 2^32, exact quadrants, Taylor within +-pi/4.
std::array<double, 2> cos_sin(uint32_t turns) {
  const uint32_t quadrant = (turns + 0x20000000u) >> 30;
  const double x = static_cast<double>(static_cast<int32_t>(turns - (quadrant << 30))) *
                   (6.28318530717958647693 / 4294967296.0),
               x2 = x * x;
  const double c =
      1 - x2 * (1. / 2 - x2 * (1. / 24 - x2 * (1. / 720 - x2 * (1. / 40320 - x2 * (1. / 3628800 - x2 / 479001600)))));
  const double s = x * (1 - x2 * (1. / 6 - x2 * (1. / 120 - x2 * (1. / 5040 - x2 * (1. / 362880 - x2 / 39916800)))));
  switch (quadrant & 3) {
    case 0:
      return {c, s};
    case 1:
      return {-s, c};
    case 2:
      return {-c, -s};
    default:
      return {s, -c};
  }
}

double unit(uint32_t bits) { return (static_cast<double>(bits) + 0.5) * 0x1p-32; }  // in (0, 1)

/// Box & Muller 1958: four 32-bit draws -> four standard normals.
std::array<double, 4> normals(const Four& bits) {
  const double a = std::sqrt(-2 * ln(unit(bits[0]))), b = std::sqrt(-2 * ln(unit(bits[2])));
  const auto [ca, sa] = cos_sin(bits[1]);
  const auto [cb, sb] = cos_sin(bits[3]);
  return {a * ca, a * sa, b * cb, b * sb};
}

/// The quantile of the standard normal by Acklam's rational approximation, relative error below 1.2e-9.
double quantile(double p) {
  constexpr double kA[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                           1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
  constexpr double kB[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
                           -1.328068155288572e+01};
  constexpr double kC[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                           -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
  constexpr double kD[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00};
  if (p > 0.5) return -quantile(1 - p);
  if (p < 0.02425) {
    const double q = std::sqrt(-2 * ln(p));
    return (((((kC[0] * q + kC[1]) * q + kC[2]) * q + kC[3]) * q + kC[4]) * q + kC[5]) /
           ((((kD[0] * q + kD[1]) * q + kD[2]) * q + kD[3]) * q + 1);
  }
  const double q = p - 0.5, r = q * q;
  return (((((kA[0] * r + kA[1]) * r + kA[2]) * r + kA[3]) * r + kA[4]) * r + kA[5]) * q /
         (((((kB[0] * r + kB[1]) * r + kB[2]) * r + kB[3]) * r + kB[4]) * r + 1);
}

template <class T, class Law>
void fill_host(T* target, int64_t count, const Stream& stream, const Law& law) {
  const Blocks blocks(stream);
  at::parallel_for(0, (count + 3) / 4, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const auto values = law(blocks[static_cast<uint32_t>(block)]);
      const int64_t first = 4 * block, last = std::min(count, first + 4);
      for (int64_t i = first; i < last; ++i) target[i] = static_cast<T>(values[static_cast<size_t>(i - first)]);
    }
  });
}

template <class Law>
void fill(const at::Tensor& target, const Stream& stream, const Law& law) {
  const at::NoGradGuard no_grad;
  const bool is_double = target.scalar_type() == at::kDouble;
  const bool in_place = target.is_cpu() && target.is_contiguous() && (is_double || target.scalar_type() == at::kFloat);
  const at::Tensor host =
      in_place ? target : at::empty(target.sizes(), at::TensorOptions().dtype(is_double ? at::kDouble : at::kFloat));
  if (is_double) {
    fill_host(host.data_ptr<double>(), host.numel(), stream, law);
  } else {
    fill_host(host.data_ptr<float>(), host.numel(), stream, law);
  }
  if (!in_place) target.copy_(host);
}

template <class Map>
auto each(const Map& map) {
  return
      [map](const Four& bits) { return std::array<double, 4>{map(bits[0]), map(bits[1]), map(bits[2]), map(bits[3])}; };
}

}  // namespace

void fill_uniform(const at::Tensor& target, const Stream& stream, double low, double high) {
  // 24 bits, so that a float cannot be rounded up to `high`.
  fill(target, stream,
       each([=](uint32_t bits) { return low + (high - low) * static_cast<double>(bits >> 8) * 0x1p-24; }));
}

void fill_uniform(float* target, int64_t count, const Stream& stream) {
  fill_host(target, count, stream, each([](uint32_t bits) { return static_cast<double>(bits >> 8) * 0x1p-24; }));
}

void fill_normal(const at::Tensor& target, const Stream& stream, double mean, double std) {
  fill(target, stream, [=](const Four& bits) {
    auto values = normals(bits);
    for (double& value : values) value = mean + std * value;
    return values;
  });
}

void fill_trunc_normal(const at::Tensor& target, const Stream& stream, double mean, double std, double limit) {
  const double low = 0.5 * std::erfc(limit / std::sqrt(2.0));
  fill(target, stream, each([=](uint32_t bits) {
         return mean + std * std::clamp(quantile(low + (1 - 2 * low) * unit(bits)), -limit, limit);
       }));
}

}  // namespace surefoot::tensor
