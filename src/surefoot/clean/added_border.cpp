#include "surefoot/clean/added_border.h"

#include <algorithm>
#include <cmath>

namespace surefoot::clean {
namespace {

constexpr double kNear = 2, kFar = 6;  // px from the frame of `b`: the rings beside it; nearer than kNear is blurred
constexpr double kLeastShare = 0.02;   // of the picture
constexpr double kMostDeviation = 5;   // grey levels within a border
constexpr double kLeastEdge = 12;      // grey levels between the border and what it surrounds

struct Statistics {
  double count = 0, sum = 0, squares = 0;
  void add(double value) { count += 1, sum += value, squares += value * value; }
  double mean() const { return sum / count; }
  double deviation() const { return std::sqrt(std::max(0.0, squares / count - mean() * mean())); }
};

}  // namespace

index::Similarity inverse(const index::Similarity& a_to_b, int width_a, int width_b) {
  // Without a mirror: x = R(-r) (x' - t) / s. With one: b = S(M a), so a = M S^-1 b; written as a map that mirrors b
  // first.
  index::Similarity result;
  result.mirrored = a_to_b.mirrored;
  result.scale = 1 / a_to_b.scale;
  const double c = std::cos(a_to_b.rotation) / a_to_b.scale, s = std::sin(a_to_b.rotation) / a_to_b.scale;
  const double back_x = -(c * a_to_b.dx + s * a_to_b.dy), back_y = -(-s * a_to_b.dx + c * a_to_b.dy);
  if (!a_to_b.mirrored) {
    result.rotation = -a_to_b.rotation, result.dx = back_x, result.dy = back_y;
    return result;
  }
  // x = width_a - 1 - (c x' + s y' + back_x), y = -s x' + c y' + back_y, with x' = width_b - 1 - u.
  result.rotation = a_to_b.rotation;
  result.dx = width_a - 1 - c * (width_b - 1) - back_x;
  result.dy = -s * (width_b - 1) + back_y;
  return result;
}

double added_border(const index::Gray& a, const index::Gray& b, const index::Similarity& a_to_b) {
  const double c = a_to_b.scale * std::cos(a_to_b.rotation), s = a_to_b.scale * std::sin(a_to_b.rotation),
               unit = std::max(a_to_b.scale, 1e-6);
  // How far inside of b's frame a point of a lies, in px of a; negative outside.
  const auto within = [&](double x, double y) {
    const double from = a_to_b.mirrored ? a.width - 1 - x : x;
    const double bx = c * from - s * y + a_to_b.dx, by = s * from + c * y + a_to_b.dy;
    return std::min({bx, by, b.width - 1 - bx, b.height - 1 - by}) / unit;
  };
  const double right = a.width - 1, bottom = a.height - 1;
  if (std::min({within(0, 0), within(right, 0), within(0, bottom), within(right, bottom)}) >= -kNear) return 0;
  Statistics outside;
  std::vector<uint8_t> inner_ring;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      const double inside = within(x, y);
      if (inside < -kNear) outside.add(a.row(y)[x]);
      if (inside > kNear && inside < kFar) inner_ring.push_back(a.row(y)[x]);
    }
  }
  const double share = outside.count / (double{1} * a.width * a.height);
  if (share < kLeastShare || outside.deviation() > kMostDeviation || inner_ring.empty()) return 0;
  double edge = 0;
  for (const uint8_t value : inner_ring) edge += std::abs(value - outside.mean());
  return edge / static_cast<double>(inner_ring.size()) >= kLeastEdge ? share : 0;
}

}  // namespace surefoot::clean
