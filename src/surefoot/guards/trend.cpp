#include "surefoot/guards/trend.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace surefoot::guards {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

Slope theil_sen(std::span<const Point> points, double z) {
  std::vector<double> slopes;
  slopes.reserve(points.size() * points.size() / 2);
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t j = i + 1; j < points.size(); ++j) {
      if (points[j].t != points[i].t)
        slopes.push_back((points[j].value - points[i].value) / (points[j].t - points[i].t));
    }
  }
  if (slopes.empty()) return {};
  std::sort(slopes.begin(), slopes.end());
  const auto n = static_cast<double>(points.size()), count = static_cast<double>(slopes.size());
  // Kendall's S of n points without a trend has this standard deviation; the bounds are that many ranks off the middle.
  const double ranks = z * std::sqrt(n * (n - 1) * (2 * n + 5) / 18);
  const auto at = [&](double rank) { return slopes[static_cast<size_t>(std::clamp(rank, 0.0, count - 1))]; };
  return {at((count - 1) / 2), at((count - ranks) / 2), at((count + ranks) / 2)};
}

bool grows_steadily(std::span<const Point> points, double share) {
  constexpr size_t kParts = 4;
  if (points.size() < 2 * kParts) return false;
  std::array<double, kParts> middles;
  for (size_t part = 0; part < kParts; ++part) {
    std::vector<double> values;
    for (size_t i = part * points.size() / kParts; i < (part + 1) * points.size() / kParts; ++i)
      values.push_back(points[i].value);
    middles[part] = median(std::move(values));
  }
  const double mean = (middles[3] - middles[0]) / 3;
  if (mean <= 0) return false;
  for (size_t part = 1; part < kParts; ++part) {
    if (middles[part] - middles[part - 1] < 0.4 * mean) return false;
  }
  return middles[3] - middles[2] >= share * (middles[1] - middles[0]);
}

}  // namespace surefoot::guards
