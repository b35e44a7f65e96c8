#pragma once
// Corners with binary descriptors, which survive crops, borders and rotation.
// ORB: Rublee, Rabaud, Konolige, Bradski 2011 (FAST corners over a pyramid, Harris order, intensity-centroid angle,
// steered BRIEF).
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "surefoot/index/gray.h"
#include "surefoot/index/perceptual_hash.h"

namespace surefoot::index {

struct LocalFeature {
  float x = 0, y = 0;  // in px of the view (long side kViewSide)
  float size = 1;      // pyramid scale: 1, 1.2, 1.44, ...
  float angle = 0;     // radians
  Hash256 descriptor;
};

/// Features are taken from the picture shrunk to this long side, px.
constexpr int kViewSide = 320;
constexpr int kFeatures = 96;

/// The strongest features of a view, spread over the picture; fewer where there are fewer corners. Thread-safe.
std::vector<LocalFeature> local_features(const Gray& view, int limit = kFeatures);

/// The feature as it is found in the mirrored view (left-right): the tests of a descriptor come in mirrored pairs.
LocalFeature mirrored(const LocalFeature& feature, int view_width);

/// x' = scale * R(rotation) * x + t, in px of the two views; mirrored: x is mirrored (x -> width - 1 - x) first.
struct Similarity {
  double scale = 1, rotation = 0, dx = 0, dy = 0;
  bool mirrored = false;
};
struct Alignment {
  Similarity a_to_b;
  int inliers = 0, matches = 0;
};
/// Mutual nearest descriptors with a ratio test, then RANSAC over similarities (two matches a hypothesis; Philox draws,
/// so the same answer every time). Empty below `min_inliers`.
std::optional<Alignment> align(std::span<const LocalFeature> a, std::span<const LocalFeature> b, int min_inliers = 8);

}  // namespace surefoot::index
