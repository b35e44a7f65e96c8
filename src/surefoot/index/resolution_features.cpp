#include "surefoot/index/resolution_features.h"

#include <algorithm>
#include <cmath>

#include "surefoot/index/interpolation_trace.h"

namespace surefoot::index {
namespace {

constexpr int kPartSide = 512;

/// One part where it fits, two an axis where not: around 1/4 and 3/4 of the length. On the 8 px grid.
std::vector<std::pair<int, int>> stretches(int length) {
  if (length <= kPartSide) return {{0, length}};
  const int part = std::min(kPartSide, length / 2 / 8 * 8);
  return {{(length / 4 - part / 2) / 8 * 8, part}, {(3 * length / 4 - part / 2) / 8 * 8, part}};
}

/// The value below which `share` of them lie; reorders.
float percentile(std::vector<float>& values, double share) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

/// The blocks with most structure: at most the better half, where there are enough.
std::vector<BlockSpectrum> textured(std::vector<BlockSpectrum> blocks) {
  std::erase_if(blocks, [](const BlockSpectrum& block) { return !block.textured(); });
  constexpr size_t kEnough = 12;
  if (blocks.size() > kEnough) {
    const auto more = [](const BlockSpectrum& a, const BlockSpectrum& b) { return a.log_power[1] > b.log_power[1]; };
    std::stable_sort(blocks.begin(), blocks.end(), more);
    blocks.resize(std::max(kEnough, (blocks.size() + 1) / 2));
  }
  return blocks;
}

void band_features(const std::vector<BlockSpectrum>& blocks, ResolutionFeatures& features) {
  std::vector<float> values(blocks.size());
  for (size_t band = 0; band < kSpectrumBands; ++band) {
    for (size_t i = 0; i < blocks.size(); ++i) values[i] = blocks[i].log_power[band] - blocks[i].log_power[0];
    features.values[band] = percentile(values, 0.5);
    features.values[kSpectrumBands + band] = percentile(values, 0.85);
    features.values[2 * kSpectrumBands + band] = percentile(values, 0.25);
  }
}

}  // namespace

ResolutionFeatures resolution_features(const Gray& gray) {
  std::vector<BlockSpectrum> all;
  std::vector<PartOfPicture> parts;
  const int margin = std::min(gray.width, gray.height) / 12 / 8 * 8;  // patterned frames are no traces
  for (const auto& [y, height] : stretches(gray.height)) {
    for (const auto& [x, width] : stretches(gray.width)) block_spectra(gray, x, y, width, height, all);
  }
  for (const auto& [y, height] : stretches(gray.height - 2 * margin)) {
    for (const auto& [x, width] : stretches(gray.width - 2 * margin))
      parts.push_back({x + margin, y + margin, width, height});
  }
  const InterpolationTrace trace = interpolation_trace(gray, parts);
  ResolutionFeatures features;
  features.trace = trace.strength, features.trace_frequency = trace.frequency;
  features.replication = trace.first.small[1];
  const std::vector<BlockSpectrum> blocks = textured(all);
  features.blocks = static_cast<int>(blocks.size());
  if (blocks.empty()) return features;
  band_features(blocks, features);
  std::vector<float> low, high, comb;
  for (const BlockSpectrum& block : blocks) {
    low.push_back(block.log_power.front()), high.push_back(block.log_power.back()), comb.push_back(block.comb);
  }
  const auto log2 = [](double value) { return static_cast<float>(std::log2(std::max(value, 0.01))); };
  size_t next = 3 * kSpectrumBands;
  constexpr int kMany = 16;  // a large picture is no sign of anything
  for (const float value :
       {percentile(low, 0.5), percentile(high, 0.5), percentile(high, 0.85), log2(std::min(features.blocks, kMany)),
        static_cast<float>(features.blocks) / static_cast<float>(all.size()), percentile(comb, 0.5)}) {
    features.values[next++] = value;
  }
  for (const PeriodTrace* each : {&trace.first, &trace.second}) {
    for (const double value : {each->off_grid, each->half, each->quarter}) features.values[next++] = log2(value);
    for (const double value : each->small) features.values[next++] = static_cast<float>(value);
  }
  for (const double value : trace.first.comb) features.values[next++] = log2(value);
  return features;
}

}  // namespace surefoot::index
