#pragma once
// Is it growing, and how fast? A line through samples that outliers do not bend.
#include <cstddef>
#include <span>
#include <vector>

namespace surefoot::guards {

struct Point {
  double t, value;
};

struct Slope {
  double slope = 0;             // median of the slopes between all pairs of points (Theil 1950)
  double lower = 0, upper = 0;  // confidence bounds (Sen 1968)
};

/// @param points  at least 3, of different t  @param z  normal quantile of the bounds; 1.645: 5 % below `lower`
/// O(n^2 log n).
Slope theil_sen(std::span<const Point> points, double z = 1.645);

/// Whether the growth goes on all the time: the medians of the four quarters rise, and the last step between them is at
/// least `share` of the first. Steps, saw teeth and what levels off fail.
bool grows_steadily(std::span<const Point> points, double share = 0.6);

}  // namespace surefoot::guards
