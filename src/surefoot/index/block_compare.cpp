#include "surefoot/index/block_compare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "surefoot/base/wide.h"

namespace surefoot::index {
namespace {

constexpr int kBlocks = 8, kBlock = 8, kGrid = kBlocks * kBlock;  // the overlap is resampled to kGrid x kGrid
constexpr double kSmallestOverlap = 20;                           // px of a thumbnail, either side
constexpr double kInset = 1.5;           // px of the coarser thumbnail, left out along the edges of the overlap
constexpr double kSmallestShare = 0.08;  // of either picture's area
constexpr double kStructure = 5;         // grey levels of standard deviation below which a block is flat
constexpr double kTwoDirections = 0.25;  // of the larger eigenvalue
constexpr double kHopeless = 0.15;       // whole-overlap NCC before refinement

struct Box {
  double left, top, right, bottom;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

using Plane = std::array<float, kGrid * kGrid>;

/// Where in `b` the overlap lies: the bounding box of the mapped `a` inside `b`.
Box overlap_box(const Gray& a, const Gray& b, const AffineMap& map) {
  Box box{1e9, 1e9, -1e9, -1e9};
  for (const double px : {0.0, static_cast<double>(a.width)}) {
    for (const double py : {0.0, static_cast<double>(a.height)}) {
      const double x = map.x(px, py), y = map.y(px, py);
      box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x), std::max(box.bottom, y)};
    }
  }
  return {std::max(0.0, box.left), std::max(0.0, box.top), std::min<double>(b.width, box.right),
          std::min<double>(b.height, box.bottom)};
}

/// Colours of a border or of what a crop cut off bleed over the edge of the overlap when pictures are shrunk.
Box inset(const Box& box, double by) { return {box.left + by, box.top + by, box.right - by, box.bottom - by}; }

/// The grid as a map: grid cell units to px of a picture.
AffineMap grid_to(const Box& box) { return {box.width() / kGrid, 0, box.left, 0, box.height() / kGrid, box.top}; }

void sample(const Gray& picture, const AffineMap& grid_to_picture, Plane& plane) {
  resample(picture, grid_to_picture, kGrid, kGrid, plane.data());
}

/// NCC and deviations of a block of `a`, shifted, against a block of `b`.
struct BlockMatch {
  double ncc = 0, deviation_a = 0, deviation_b = 0;
  int dx = 0, dy = 0;
  bool valid = false;  // the block lies inside picture a
};

/// Four floats at once: GCC and Clang have them on every machine.
using Lanes [[gnu::vector_size(16)]] = float;

/// Sum of `term` over a square of cells, side a multiple of four.
template <typename Term>
double sum_of(int side, Term term) {
  Lanes sum{};
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; x += 4) sum += term(y, x);
  }
  return double{sum[0]} + sum[1] + sum[2] + sum[3];
}

/// A square of cells of a plane.
struct Patch {
  const float* corner;
  int side;
  double mean = 0, deviation = 0;

  Patch(const Plane& plane, int left, int top, int size)
      : corner(&plane[static_cast<size_t>(top * kGrid + left)]), side(size) {
    const double n = side * side;
    mean = sum_of(side, [this](int y, int x) { return lanes(y, x); }) / n;
    const double squares = sum_of(side, [this](int y, int x) { return lanes(y, x) * lanes(y, x); }) / n;
    deviation = std::sqrt(std::max(0.0, squares - mean * mean));
  }
  Lanes lanes(int y, int x) const {
    Lanes values;
    std::memcpy(&values, corner + y * kGrid + x, sizeof values);
    return values;
  }
  double ncc(const Patch& other) const {
    const double below = deviation * other.deviation;
    if (below <= 1e-6) return 0;
    const double products = sum_of(side, [&](int y, int x) { return lanes(y, x) * other.lanes(y, x); });
    return (products / (side * side) - mean * other.mean) / below;
  }
};

BlockMatch match_block(const Plane& a, const Plane& b, int left, int top, int reach) {
  BlockMatch best;
  const Patch here(a, left, top, kBlock), there(b, left, top, kBlock);
  best.ncc = here.ncc(there), best.deviation_a = here.deviation, best.deviation_b = there.deviation;
  const int up = std::max(-reach, -top), down = std::min(reach, kGrid - kBlock - top), back = std::max(-reach, -left),
            on = std::min(reach, kGrid - kBlock - left);
  for (int dy = up; dy <= down; ++dy) {
    for (int dx = back; dx <= on; ++dx) {
      const double ncc = Patch(a, left + dx, top + dy, kBlock).ncc(there);
      if (ncc > best.ncc + 1e-6) best.ncc = ncc, best.dx = dx, best.dy = dy;
    }
  }
  return best;
}

using Matches = std::array<BlockMatch, kBlocks * kBlocks>;

Matches match_all(const Plane& a, const Plane& b, const AffineMap& grid_to_a, const Gray& picture_a, int reach) {
  Matches matches;
  for (int block = 0; block < kBlocks * kBlocks; ++block) {
    const int left = block % kBlocks * kBlock, top = block / kBlocks * kBlock;
    bool inside = true;
    for (const int x : {left, left + kBlock}) {
      for (const int y : {top, top + kBlock}) {
        const double px = grid_to_a.x(x, y), py = grid_to_a.y(x, y);
        inside = inside && px >= -2 && py >= -2 && px <= picture_a.width + 2 && py <= picture_a.height + 2;
      }
    }
    BlockMatch& match = matches[static_cast<size_t>(block)];
    if (!inside) continue;
    match = match_block(a, b, left, top, reach);
    match.valid = true;
  }
  return matches;
}

bool structured(const BlockMatch& match) {
  return match.valid && std::max(match.deviation_a, match.deviation_b) >= kStructure;
}

/// Solves the 3 x 3 normal equations of v = p x + q y + r.
bool solve(const std::array<double, 9>& n, const std::array<double, 3>& v, double& p, double& q, double& r) {
  const auto det = [](double a, double b, double c, double d, double e, double f, double g, double h, double i) {
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  };
  const double whole = det(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8]);
  if (std::abs(whole) < 1e-3) return false;
  p = det(v[0], n[1], n[2], v[1], n[4], n[5], v[2], n[7], n[8]) / whole;
  q = det(n[0], v[0], n[2], n[3], v[1], n[5], n[6], v[2], n[8]) / whole;
  r = det(n[0], n[1], v[0], n[3], n[4], v[1], n[6], n[7], v[2]) / whole;
  return true;
}

/// A correction of the grid as seen from `a`, fitted to the shifts of blocks that match well and lie inside the search
/// range.
bool fit_correction(const Matches& matches, int reach, AffineMap& correction) {
  std::array<double, 9> normal{};
  std::array<double, 3> vx{}, vy{};
  int used = 0;
  for (int block = 0; block < kBlocks * kBlocks; ++block) {
    const BlockMatch& match = matches[static_cast<size_t>(block)];
    if (!structured(match) || match.ncc < 0.7 || std::max(std::abs(match.dx), std::abs(match.dy)) >= reach) continue;
    const std::array<double, 3> at = {(block % kBlocks + 0.5) * kBlock, (block / kBlocks + 0.5) * kBlock, 1};
    for (size_t i = 0; i < 3; ++i) {
      for (size_t j = 0; j < 3; ++j) normal[i * 3 + j] += at[i] * at[j];
      vx[i] += at[i] * match.dx, vy[i] += at[i] * match.dy;
    }
    ++used;
  }
  AffineMap shift;
  if (used < 6 || !solve(normal, vx, shift.xx, shift.xy, shift.x0) || !solve(normal, vy, shift.yx, shift.yy, shift.y0))
    return false;
  if (std::max({std::abs(shift.xx), std::abs(shift.xy), std::abs(shift.yx), std::abs(shift.yy)}) > 0.15) return false;
  correction = {1 + shift.xx, shift.xy, shift.x0, shift.yx, 1 + shift.yy, shift.y0};
  return true;
}

/// NCC of the 8 x 8 means of the blocks.
double levels_ncc(const Plane& a, const Plane& b) {
  std::array<std::array<double, kBlocks * kBlocks>, 2> means{};
  for (size_t i = 0; i < a.size(); ++i) {
    const size_t block = i / kGrid / kBlock * kBlocks + i % kGrid / kBlock;
    means[0][block] += a[i], means[1][block] += b[i];
  }
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  constexpr double n = kBlocks * kBlocks;
  for (size_t i = 0; i < means[0].size(); ++i) {
    const double u = means[0][i], v = means[1][i];
    sa += u, sb += v, saa += u * u, sbb += v * v, sab += u * v;
  }
  const double below = (saa - sa * sa / n) * (sbb - sb * sb / n);
  return below > 1e-6 ? (sab - sa * sb / n) / std::sqrt(below) : 0;
}

/// Whether gradients of a block point in more than one direction: the smaller eigenvalue of its structure tensor
/// against the larger (Foerstner & Guelch 1987). A straight edge has one direction, and edges of different things fit
/// each other.
bool is_textured(const Plane& plane, int left, int top) {
  double xx = 0, yy = 0, xy = 0;
  for (int y = top; y < top + kBlock - 1; ++y) {
    for (int x = left; x < left + kBlock - 1; ++x) {
      const auto at = static_cast<size_t>(y * kGrid + x);
      const double dx = plane[at + 1] - plane[at], dy = plane[at + kGrid] - plane[at];
      xx += dx * dx, yy += dy * dy, xy += dx * dy;
    }
  }
  const double half = (xx + yy) / 2, root = std::sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
  return half - root > kTwoDirections * (half + root);
}

void judge(const Matches& matches, const Plane& a, const Plane& b, BlockComparison& result) {
  std::vector<double> values;
  int agreeing_of_both = 0;
  for (int block = 0; block < kBlocks * kBlocks; ++block) {
    const BlockMatch& match = matches[static_cast<size_t>(block)];
    if (!structured(match)) continue;
    const int left = block % kBlocks * kBlock, top = block / kBlocks * kBlock;
    result.textured += match.ncc >= kAgree && is_textured(a, left, top) && is_textured(b, left, top);
    values.push_back(match.ncc);
    const bool in_both = std::min(match.deviation_a, match.deviation_b) >= kStructure;
    result.both += in_both, agreeing_of_both += in_both && match.ncc >= kAgree;
    result.agreeing += match.ncc >= kAgree;
  }
  result.compared = static_cast<int>(values.size());
  if (values.empty()) return;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  result.median = *middle;
  result.share_of_both = result.both > 0 ? static_cast<double>(agreeing_of_both) / result.both : 0;
  result.share = static_cast<double>(result.agreeing) / result.compared;
}

}  // namespace

SUREFOOT_WIDE std::optional<BlockComparison> compare_blocks(const Gray& a, const Gray& b, const AffineMap& a_to_b) {
  BlockComparison result;
  result.a_to_b = a_to_b;
  Plane plane_a, plane_b;
  constexpr std::array<int, 4> kReach = {3, 3, 2, 1};  // of each round's block search, cells; the last round judges
  bool moved = true;
  for (size_t round = 0; round < kReach.size(); ++round) {
    if (!moved && kReach[round] == kReach[round - 1]) continue;  // the same search would find the same
    const double area = std::abs(result.a_to_b.determinant());
    if (area < 1e-4 || area > 1e4) return std::nullopt;
    const Box box = overlap_box(a, b, result.a_to_b);
    if (box.width() < kSmallestOverlap || box.height() < kSmallestOverlap) return std::nullopt;
    result.covered_b = box.width() * box.height() / (static_cast<double>(b.width) * b.height);
    result.covered_a = std::min(1.0, box.width() * box.height() / (area * a.width * a.height));
    if (std::min(result.covered_a, result.covered_b) < kSmallestShare) return std::nullopt;
    const AffineMap grid_to_b = grid_to(inset(box, kInset * std::max(1.0, std::sqrt(area)))),
                    grid_to_a = grid_to_b.then(result.a_to_b.inverse());
    if (moved) sample(a, grid_to_a, plane_a), sample(b, grid_to_b, plane_b);
    result.whole = Patch(plane_a, 0, 0, kGrid).ncc(Patch(plane_b, 0, 0, kGrid));
    if (round == 0 && result.whole < kHopeless) return std::nullopt;
    const Matches matches = match_all(plane_a, plane_b, grid_to_a, a, kReach[round]);
    AffineMap correction;
    if (round + 1 == kReach.size()) {
      judge(matches, plane_a, plane_b, result);
      result.levels = levels_ncc(plane_a, plane_b);
      break;
    }
    moved = fit_correction(matches, kReach[round], correction);
    // Content of `a` for a grid cell lies a little further: grid -> corrected grid -> a; so b -> a changes, and its
    // inverse is kept.
    if (moved) result.a_to_b = grid_to_b.inverse().then(correction).then(grid_to_a).inverse();
  }
  return result;
}

}  // namespace surefoot::index
