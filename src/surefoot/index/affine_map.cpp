#include "surefoot/index/affine_map.h"

#include <algorithm>
#include <cmath>

namespace surefoot::index {
namespace {

float bilinear(const Gray& picture, double x, double y) {
  const double cx = std::clamp(x - 0.5, 0.0, picture.width - 1.0), cy = std::clamp(y - 0.5, 0.0, picture.height - 1.0);
  const int left = static_cast<int>(cx), top = static_cast<int>(cy);
  const int right = std::min(left + 1, picture.width - 1), bottom = std::min(top + 1, picture.height - 1);
  const auto u = static_cast<float>(cx - left), v = static_cast<float>(cy - top);
  const uint8_t *upper = picture.row(top), *lower = picture.row(bottom);
  return (1 - v) * ((1 - u) * static_cast<float>(upper[left]) + u * static_cast<float>(upper[right])) +
         v * ((1 - u) * static_cast<float>(lower[left]) + u * static_cast<float>(lower[right]));
}

}  // namespace

AffineMap AffineMap::inverse() const {
  const double d = determinant();
  return {yy / d, -xy / d, (xy * y0 - yy * x0) / d, -yx / d, xx / d, (yx * x0 - xx * y0) / d};
}

AffineMap AffineMap::then(const AffineMap& n) const {
  return {n.xx * xx + n.xy * yx, n.xx * xy + n.xy * yy, n.x(x0, y0), n.yx * xx + n.yy * yx, n.yx * xy + n.yy * yy, n.y(x0, y0)};
}

void resample(const Gray& picture, const AffineMap& grid_to_picture, int width, int height, float* cells) {
  const double step = std::max(std::hypot(grid_to_picture.xx, grid_to_picture.yx), std::hypot(grid_to_picture.xy, grid_to_picture.yy));
  const int n = std::clamp(static_cast<int>(std::lround(step)), 1, 4);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      float sum = 0;
      for (int j = 0; j < n; ++j) {
        for (int i = 0; i < n; ++i) {
          const double gx = x + (i + 0.5) / n, gy = y + (j + 0.5) / n;
          sum += bilinear(picture, grid_to_picture.x(gx, gy), grid_to_picture.y(gx, gy));
        }
      }
      *cells++ = sum / static_cast<float>(n * n);
    }
  }
}

}  // namespace surefoot::index
