#include "surefoot/index/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "surefoot/index/descriptor_key.h"

namespace surefoot::index {
namespace {

constexpr double kCell = 6;  // px of the view: how exactly a mark keeps its place

/// One axis of a corner's place: cells from the nearest of start, middle and end, since that is what marks keep their distance from.
struct Place {
  int anchor = 0, cell = 0;
};
Place place_of(double at, int size) {
  Place place;
  double nearest = 1e9;
  for (int anchor = 0; anchor < 3; ++anchor) {
    const double offset = at + 0.5 - anchor * size / 2.0;
    if (std::abs(offset) >= std::abs(nearest)) continue;
    nearest = offset;
    place = {anchor, static_cast<int>(std::floor(offset / kCell))};
  }
  return place;
}

uint64_t code_of(Place x, Place y, uint32_t key) {
  const auto axis = [](Place p) { return static_cast<uint64_t>(p.anchor) << 8 | static_cast<uint64_t>(p.cell + 128); };
  return axis(x) << 42 | axis(y) << 32 | key;
}

}  // namespace

OverlayFinder::OverlayFinder(uint32_t fewest) : fewest_(fewest) {}

void OverlayFinder::add(std::span<const LocalFeature> features, int view_width, int view_height) {
  const auto first = static_cast<std::ptrdiff_t>(corners_.size());
  for (const LocalFeature& f : features) {
    corners_.push_back(code_of(place_of(f.x, view_width), place_of(f.y, view_height), pick(f.descriptor, kKeyBits)));
  }
  // A picture counts once, however often a mark repeats in it.
  std::sort(corners_.begin() + first, corners_.end());
  corners_.erase(std::unique(corners_.begin() + first, corners_.end()), corners_.end());
}

void OverlayFinder::build() {
  std::sort(corners_.begin(), corners_.end());
  size_t kept = 0;
  for (size_t i = 0; i < corners_.size();) {
    size_t end = i;
    while (end < corners_.size() && corners_[end] == corners_[i]) ++end;
    if (end - i >= fewest_) corners_[kept++] = corners_[i];
    i = end;
  }
  corners_.resize(kept);
  corners_.shrink_to_fit();
}

std::vector<bool> OverlayFinder::overlay_of(std::span<const LocalFeature> features, int view_width, int view_height) const {
  std::vector<bool> overlay(features.size());
  size_t found = 0;
  const auto recurs = [&](uint64_t code) { return std::binary_search(corners_.begin(), corners_.end(), code); };
  for (size_t i = 0; i < features.size() && !corners_.empty(); ++i) {
    const uint32_t key = pick(features[i].descriptor, kKeyBits);
    const Place x = place_of(features[i].x, view_width), y = place_of(features[i].y, view_height);
    bool recurrent = false;
    for (int dy = -1; dy <= 1; ++dy) {
      for (int dx = -1; dx <= 1; ++dx) recurrent = recurrent || recurs(code_of({x.anchor, x.cell + dx}, {y.anchor, y.cell + dy}, key));
    }
    for (size_t bit = 0; bit < kKeyBits.size(); ++bit) recurrent = recurrent || recurs(code_of(x, y, key ^ 1u << bit));
    overlay[i] = recurrent;
    found += recurrent;
  }
  if (2 * found > features.size()) overlay.assign(features.size(), false);
  return overlay;
}

}  // namespace surefoot::index
