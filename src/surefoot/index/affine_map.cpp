#include "surefoot/index/affine_map.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "surefoot/base/wide.h"

namespace surefoot::index {
namespace {

/// Bilinear samples along a line of the grid. What does not need the picture is done for many samples at once, in loops
/// that compilers vectorise.
class LineSampler {
 public:
  LineSampler(const Gray& picture, int count)
      : picture_(picture),
        right_(picture.width > 1 ? 1 : 0),
        below_(picture.height > 1 ? static_cast<size_t>(picture.width) : 0),
        places_(static_cast<size_t>(count)),
        quads_(places_.size()),
        across_(places_.size()),
        down_(places_.size()) {}

  /// Adds the samples at (x + i dx, y + i dy), px, to sums[i].
  void add(float x, float y, float dx, float dy, float* sums) {
    const int last_left = std::max(0, picture_.width - 2), last_top = std::max(0, picture_.height - 2),
              width = picture_.width;
    const auto most_x = static_cast<float>(width - 1), most_y = static_cast<float>(picture_.height - 1);
    const size_t count = places_.size();
    for (size_t i = 0; i < count; ++i) {
      const float step = static_cast<float>(static_cast<int>(i));
      const float px = std::clamp(x + step * dx - 0.5f, 0.0f, most_x),
                  py = std::clamp(y + step * dy - 0.5f, 0.0f, most_y);
      const int left = std::min(static_cast<int>(px), last_left), top = std::min(static_cast<int>(py), last_top);
      places_[i] = top * width + left;
      across_[i] = px - static_cast<float>(left), down_[i] = py - static_cast<float>(top);
    }
    for (size_t i = 0; i < count; ++i) {
      const uint8_t* at = picture_.values.data() + places_[i];
      quads_[i] = at[0] | at[right_] << 8 | at[below_] << 16 | static_cast<uint32_t>(at[below_ + right_]) << 24;
    }
    for (size_t i = 0; i < count; ++i) {
      const uint32_t quad = quads_[i];
      const auto corner = [quad](int bits) { return static_cast<float>(static_cast<int>(quad >> bits & 0xFF)); };
      const float upper = corner(0) + across_[i] * (corner(8) - corner(0)),
                  lower = corner(16) + across_[i] * (corner(24) - corner(16));
      sums[i] += upper + down_[i] * (lower - upper);
    }
  }

 private:
  const Gray& picture_;
  const size_t right_, below_;  // to the neighbours; 0 where there are none
  std::vector<int32_t> places_;
  std::vector<uint32_t> quads_;
  std::vector<float> across_, down_;
};

}  // namespace

AffineMap AffineMap::inverse() const {
  const double d = determinant();
  return {yy / d, -xy / d, (xy * y0 - yy * x0) / d, -yx / d, xx / d, (yx * x0 - xx * y0) / d};
}

AffineMap AffineMap::then(const AffineMap& n) const {
  return {n.xx * xx + n.xy * yx, n.xx * xy + n.xy * yy, n.x(x0, y0),
          n.yx * xx + n.yy * yx, n.yx * xy + n.yy * yy, n.y(x0, y0)};
}

SUREFOOT_WIDE void resample(
    const Gray& picture, const AffineMap& grid_to_picture, int width, int height, float* cells) {
  const double step =
      std::max(std::hypot(grid_to_picture.xx, grid_to_picture.yx), std::hypot(grid_to_picture.xy, grid_to_picture.yy));
  const int n = std::clamp(static_cast<int>(std::lround(step)), 1, 4);
  const auto dx = static_cast<float>(grid_to_picture.xx), dy = static_cast<float>(grid_to_picture.yx);
  LineSampler sampler(picture, width);
  for (int y = 0; y < height; ++y, cells += width) {
    std::fill(cells, cells + width, 0.0f);
    for (int j = 0; j < n; ++j) {
      for (int i = 0; i < n; ++i) {
        const double gx = (i + 0.5) / n, gy = y + (j + 0.5) / n;
        sampler.add(static_cast<float>(grid_to_picture.x(gx, gy)), static_cast<float>(grid_to_picture.y(gx, gy)), dx,
                    dy, cells);
      }
    }
    for (int x = 0; x < width; ++x) cells[x] /= static_cast<float>(n * n);
  }
}

}  // namespace surefoot::index
