#include "surefoot/index/resolution.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "surefoot/index/resolution_features.h"

namespace surefoot::index {
namespace {

#include "surefoot/index/resolution_model.inc"

constexpr double kTrace = 4.2;  // InterpolationTrace::strength above which a spectrum speaks of resampling
constexpr int kLeastSide = kSpectrumBlock;
constexpr int kLeastBlocks = 3;     // with structure; fewer say too little
constexpr double kLookAgain = 3.5;  // factor above which a quarter of the size tells more

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

/// The factor that the peak of the interpolation spectrum names, where one is near the estimate; 0 where none is. Peaks
/// lie at multiples of 1 / factor, seen below 1/2.
double named_factor(double estimated, double frequency) {
  double best = 0, nearest = 1;
  for (const auto& [harmonic, near_log2] : {std::pair{1, 0.35}, {2, 0.15}}) {
    for (const double cycles : {frequency, 1 - frequency}) {
      const double candidate = harmonic / cycles, off = std::abs(std::log2(candidate / estimated)) / near_log2;
      if (candidate > 1.2 && off < nearest) best = candidate, nearest = off;
    }
    constexpr double kMostForSecond = 8;  // beyond, a peak may be any multiple
    if (best > 0 || estimated > kMostForSecond) break;
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

/// The factor that four times fewer pixels a side tell; 1 where they look native or are too few.
double coarse_factor(const Gray& gray) {
  if (std::min(gray.width, gray.height) < 4 * kLeastSide) return 1;
  const ResolutionFeatures coarse = resolution_features(quarter_of_centre(gray));
  if (coarse.blocks < kLeastBlocks) return 1;
  const Estimate again = estimate(coarse.values);
  return again.score > kFakeResolutionScore ? 4 * std::exp2(again.log2_factor) : 1;
}

}  // namespace

Resolution resolution_of(const Gray& gray) {
  Resolution resolution;
  if (std::min(gray.width, gray.height) < kLeastSide) return resolution;
  const ResolutionFeatures features = resolution_features(gray);
  resolution.trace = features.trace, resolution.replication = features.replication;
  if (features.blocks < kLeastBlocks) return resolution;
  const Estimate found = estimate(features.values);
  resolution.score = found.score;
  const bool traces = features.trace > kTrace || features.replication > kReplicationTrace;
  if (found.score > kFakeResolutionScore) {
    const double estimated = std::exp2(found.log2_factor);
    const double named = features.trace > kTrace ? named_factor(estimated, features.trace_frequency) : 0;
    const double factor = named > 0 ? named : std::max(estimated, estimated > kLookAgain ? coarse_factor(gray) : 1);
    resolution.upscaled = traces && factor > 1.25;
    resolution.effective_share = 1 / factor;
  }
  resolution.confidence = std::abs(2 * found.score - 1) * std::min(1.0, features.blocks / 8.0);
  return resolution;
}

}  // namespace surefoot::index
