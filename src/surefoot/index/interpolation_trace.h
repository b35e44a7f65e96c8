#pragma once
// Traces that enlarging leaves: where new pixels lie between old ones, differences are small, again and again.
#include <array>
#include <vector>

#include "surefoot/index/gray.h"

namespace surefoot::index {

/// Of one order of differences (first or second). Amplitudes over the median of those of similar frequency; about 1
/// where there is nothing.
struct PeriodTrace {
  double off_grid = 1;           // highest amplitude after JPEG's pattern of eight was taken out
  double frequency = 0;          // where, cycles a pixel, 0..0.5
  double half = 1, quarter = 1;  // at 1/2 and 1/4, over what JPEG's blocks explain (the amplitudes at 1/8 and 3/8)
  std::array<double, 3> comb{};  // share of the profile's mean that swings at 1/8, 1/4 and 1/2, in both axes
  double small[2] = {0, 0};      // share of columns' (rows') differences far below what lies around them, ascending
};

struct InterpolationTrace {
  PeriodTrace first, second;
  /// The strongest of all, and its frequency.
  double strength = 1, frequency = 0;
};

/// One part of a picture that is looked at.
struct PartOfPicture {
  int x = 0, y = 0, width = 0, height = 0;
};

/// Mean absolute first and second differences over columns and over rows, relative to their surroundings; the spectra
/// of both axes multiplied: what is there in one axis only is no enlargement (Gallagher 2005; Mahdian & Saic 2008).
/// Thread-safe. @param parts  each of 64..512 px a side, inside of the picture
InterpolationTrace interpolation_trace(const Gray& gray, const std::vector<PartOfPicture>& parts);

}  // namespace surefoot::index
