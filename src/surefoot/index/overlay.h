#pragma once
// Recurrent overlays: a logo, a text, a frame at the same place of many otherwise different pictures. What shares only such a mark is no copy.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "surefoot/index/local_features.h"

namespace surefoot::index {

/// Counts which corners recur at the same place (seen from the nearest corner of the frame, as marks are placed) with the same descriptor.
/// Memory: about 8 bytes a feature while counting. Adding is not thread-safe, asking is.
class OverlayFinder {
 public:
  /// @param fewest  pictures that must share a corner before it counts as recurrent
  explicit OverlayFinder(uint32_t fewest = 12);
  /// @param view_width, view_height  of the view that the features were taken from, px
  void add(std::span<const LocalFeature> features, int view_width, int view_height);
  /// After the last `add`, before the first `overlay_of`.
  void build();
  /// Which of a picture's features lie on a recurrent overlay. All false where more than half recur: then the picture itself recurs,
  /// and its copies are to be found.
  std::vector<bool> overlay_of(std::span<const LocalFeature> features, int view_width, int view_height) const;

 private:
  uint32_t fewest_;
  std::vector<uint64_t> corners_;  // one an added feature and picture; after build: the recurrent ones, sorted
};

}  // namespace surefoot::index
