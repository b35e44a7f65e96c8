#pragma once
// Traces that enlarging leaves: where new pixels lie between old ones, differences are small, again and again.
#include <vector>

#include "surefoot/index/gray.h"

namespace surefoot::index {

struct InterpolationTrace {
  double off_grid = 1;   // highest peak over the median of the spectrum of second differences, multiples of 1/8 cycles a pixel aside
  double on_grid = 1;    // peak at 1/2 or 1/4 over that at 1/8 and 3/8: more than JPEG's blocks explain
  double median = 0;     // of the amplitudes
  double frequency = 0;  // of the highest of these peaks, cycles a pixel
  double small_first[2] = {0, 0}, small_second[2] = {0, 0};  // share of columns' (rows') differences far below what lies around them, ascending
};

/// One part of a picture that is looked at.
struct PartOfPicture {
  int x = 0, y = 0, width = 0, height = 0;
};

/// Mean absolute first and second differences over columns and over rows, relative to their surroundings; the spectra of the second ones in
/// both axes multiplied: what is there in one axis only is no enlargement (Gallagher 2005; Mahdian & Saic 2008).
/// Thread-safe. @param parts  each of 64..512 px a side, inside of the picture
InterpolationTrace interpolation_trace(const Gray& gray, const std::vector<PartOfPicture>& parts);

}  // namespace surefoot::index
