#include "surefoot/index/resolution.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "surefoot/index/resolution_features.h"

namespace surefoot::index {
namespace {

#include "surefoot/index/resolution_model.inc"

constexpr double kTrace = 4.2;  // InterpolationTrace::strength above which a spectrum speaks of resampling
constexpr int kLeastSide = kSpectrumBlock;

struct Estimate {
  double score = 0, log2_factor = 0;
};

/// Two hidden layers of tanh over standardised features; outputs: logit of `enlarged`, log2 of the factor.
Estimate estimate(const std::array<float, kResolutionFeatures>& features) {
  std::array<float, kHidden1> first;
  std::array<float, kHidden2> second;
  std::array<float, kResolutionFeatures> input;
  for (size_t i = 0; i < input.size(); ++i) input[i] = std::clamp((features[i] - kMean[i]) / kDeviation[i], -4.F, 4.F);
  for (size_t j = 0; j < first.size(); ++j) {
    float sum = kBias1[j];
    for (size_t i = 0; i < input.size(); ++i) sum += kWeight1[j][i] * input[i];
    first[j] = std::tanh(sum);
  }
  for (size_t j = 0; j < second.size(); ++j) {
    float sum = kBias2[j];
    for (size_t i = 0; i < first.size(); ++i) sum += kWeight2[j][i] * first[i];
    second[j] = std::tanh(sum);
  }
  float out[2] = {kBias3[0], kBias3[1]};
  for (size_t k = 0; k < 2; ++k) {
    for (size_t i = 0; i < second.size(); ++i) out[k] += kWeight3[k][i] * second[i];
  }
  return {1 / (1 + std::exp(-static_cast<double>(out[0]))), std::max(0.0, static_cast<double>(out[1]))};
}

/// The factor that the peak of the interpolation spectrum names, where one is near the estimate: peaks lie at multiples of 1 / factor.
double refine(double factor, double frequency) {
  constexpr double kNearLog2 = 0.35;
  double best = factor, distance = kNearLog2;
  for (int harmonic = 1; harmonic <= 3; ++harmonic) {
    for (const double cycles : {frequency, 1 - frequency, 1 + frequency, 2 - frequency}) {
      const double candidate = harmonic / cycles, off = std::abs(std::log2(candidate / factor)) * harmonic;
      if (candidate > 1.2 && off < distance) best = candidate, distance = off;
    }
  }
  return best;
}

/// The mean of squares of 4 x 4 px, of the centre of the picture.
Gray quarter_of_centre(const Gray& gray) {
  constexpr int kReduce = 4, kMost = 512;
  Gray out;
  out.resize(std::min(gray.width / kReduce, kMost), std::min(gray.height / kReduce, kMost));
  const int x0 = (gray.width - out.width * kReduce) / 2, y0 = (gray.height - out.height * kReduce) / 2;
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      int sum = kReduce * kReduce / 2;
      for (int dy = 0; dy < kReduce; ++dy) {
        const uint8_t* from = gray.row(y0 + y * kReduce + dy) + x0 + x * kReduce;
        for (int dx = 0; dx < kReduce; ++dx) sum += from[dx];
      }
      out.row(y)[x] = static_cast<uint8_t>(sum / (kReduce * kReduce));
    }
  }
  return out;
}

}  // namespace

Resolution resolution_of(const Gray& gray) {
  Resolution resolution;
  if (std::min(gray.width, gray.height) < kLeastSide) return resolution;
  const ResolutionFeatures features = resolution_features(gray);
  resolution.trace = features.trace, resolution.replication = features.replication;
  if (features.blocks == 0) return resolution;
  const Estimate found = estimate(features.values);
  resolution.score = found.score;
  const bool traces = features.trace > kTrace || features.replication > kReplicationTrace;
  double factor = std::exp2(found.log2_factor);
  if (found.score > kFakeResolutionScore) {
    if (features.trace > kTrace) factor = refine(factor, features.trace_frequency);
    resolution.upscaled = traces && factor > 1.25;
    constexpr double kLookAgain = 3.5;
    if (factor > kLookAgain && std::min(gray.width, gray.height) >= 4 * kLeastSide) {
      const ResolutionFeatures coarse = resolution_features(quarter_of_centre(gray));
      const Estimate again = coarse.blocks > 0 ? estimate(coarse.values) : Estimate{};
      if (again.score > kFakeResolutionScore) factor = std::max(factor, 4 * std::exp2(again.log2_factor));
    }
  } else {
    factor = 1;
  }
  resolution.effective_share = 1 / factor;
  resolution.confidence = std::abs(2 * found.score - 1) * std::min(1.0, features.blocks / 8.0);
  return resolution;
}

}  // namespace surefoot::index
