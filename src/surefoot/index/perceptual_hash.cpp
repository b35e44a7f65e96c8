#include "surefoot/index/perceptual_hash.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "surefoot/index/area_weights.h"

namespace surefoot::index {
namespace {

constexpr int kPlane = 64, kBands = 16;
constexpr int kSmallestSide = 5;  // below it PDQ gives no hash
using Plane = std::array<float, kPlane * kPlane>;
using Bands = std::array<float, kBands * kBands>;  // [row frequency, column frequency], frequencies 1..16

/// [16, 64]: DCT-II of frequencies 1..16; the constant one says nothing of the content.
const std::array<float, kBands * kPlane>& dct_rows() {
  static const auto rows = [] {
    std::array<float, kBands * kPlane> made{};
    for (int i = 0; i < kBands; ++i) {
      for (int j = 0; j < kPlane; ++j) {
        made[static_cast<size_t>(i * kPlane + j)] = static_cast<float>(
            std::sqrt(2.0 / kPlane) * std::cos(std::numbers::pi / 2 / kPlane * (i + 1) * (2 * j + 1)));
      }
    }
    return made;
  }();
  return rows;
}

Bands bands_of(const Plane& plane) {
  const auto& dct = dct_rows();
  std::array<float, kBands * kPlane> half{};  // D P
  for (size_t i = 0; i < kBands; ++i) {
    for (size_t k = 0; k < kPlane; ++k) {
      const float weight = dct[i * kPlane + k];
      for (size_t j = 0; j < kPlane; ++j) half[i * kPlane + j] += weight * plane[k * kPlane + j];
    }
  }
  Bands bands{};
  for (size_t i = 0; i < kBands; ++i) {
    for (size_t j = 0; j < kBands; ++j) {
      float sum = 0;
      for (size_t k = 0; k < kPlane; ++k) sum += half[i * kPlane + k] * dct[j * kPlane + k];
      bands[i * kBands + j] = sum;
    }
  }
  return bands;
}

/// Steps between neighbours in whole percents of the full range: fine noise does not add up.
int quality_of(const Plane& plane) {
  int sum = 0;
  const auto step = [](float a, float b) { return std::abs(static_cast<int>((a - b) * 100 / 255)); };
  for (size_t y = 0; y < kPlane; ++y) {
    for (size_t x = 0; x < kPlane; ++x) {
      const float value = plane[y * kPlane + x];
      if (y + 1 < kPlane) sum += step(value, plane[(y + 1) * kPlane + x]);
      if (x + 1 < kPlane) sum += step(value, plane[y * kPlane + x + 1]);
    }
  }
  return std::min(100, sum / 90);
}

Hash256 above_median(const Bands& bands) {
  Bands order = bands;
  std::nth_element(order.begin(), order.begin() + order.size() / 2 - 1, order.end());
  const float median = order[order.size() / 2 - 1];
  Hash256 hash;
  for (size_t k = 0; k < bands.size(); ++k) hash.words[k / 64] |= uint64_t{bands[k] > median} << (k % 64);
  return hash;
}

/// Of the picture mirrored left to right: frequencies that are odd along the row change their sign (index j is
/// frequency j + 1).
Bands mirrored(const Bands& bands) {
  Bands result;
  for (size_t k = 0; k < bands.size(); ++k) result[k] = k % 2 == 0 ? -bands[k] : bands[k];
  return result;
}

/// Of the picture turned by 90 degrees counter-clockwise: mirrored, then rows and columns swapped.
Bands turned(const Bands& bands) {
  const Bands flipped = mirrored(bands);
  Bands result;
  for (size_t i = 0; i < kBands; ++i) {
    for (size_t j = 0; j < kBands; ++j) result[j * kBands + i] = flipped[i * kBands + j];
  }
  return result;
}

uint64_t difference_hash(const Gray& gray) {
  constexpr int kSide = 8;
  std::array<float, kSide*(kSide + 1)> cells{};
  reduce(gray, box_weights(gray.height, kSide), box_weights(gray.width, kSide + 1), cells);
  uint64_t bits = 0;
  for (size_t y = 0; y < kSide; ++y) {
    for (size_t x = 0; x < kSide; ++x) {
      const float* at = &cells[y * (kSide + 1) + x];
      // An eighth of a level is the noise of summing; a flat picture gives 0.
      bits |= uint64_t{at[1] - at[0] > 0.125f} << (y * kSide + x);
    }
  }
  return bits;
}

}  // namespace

PerceptualHashes perceptual_hashes(const Gray& gray) {
  PerceptualHashes hashes;
  if (gray.width < 1 || gray.height < 1) return hashes;
  hashes.difference = difference_hash(gray);
  if (gray.width < kSmallestSide || gray.height < kSmallestSide) return hashes;
  Plane plane;
  reduce(gray, tent_weights(gray.height, kPlane), tent_weights(gray.width, kPlane), plane);
  hashes.pdq_quality = quality_of(plane);
  Bands upright = bands_of(plane);
  Bands flipped = mirrored(upright);
  for (size_t turn = 0; turn < 4; ++turn) {
    hashes.pdq[turn] = above_median(upright);
    hashes.pdq[4 + turn] = above_median(flipped);
    upright = turned(upright);
    flipped = turned(flipped);
  }
  return hashes;
}

}  // namespace surefoot::index
