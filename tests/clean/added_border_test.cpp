#include "surefoot/clean/added_border.h"

#include <gtest/gtest.h>

#include <cmath>

namespace surefoot::clean {
namespace {

using index::Gray;
using index::Similarity;

/// A picture of waves, 100 x 80, inside of a frame of 10 px on each side.
Gray framed(uint8_t level, bool waves_on_outside = false) {
  Gray gray;
  gray.resize(120, 100);
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 120; ++x) {
      const bool is_outside = x < 10 || y < 10 || x >= 110 || y >= 90;
      gray.row(y)[x] = is_outside && !waves_on_outside
                           ? level
                           : static_cast<uint8_t>(128 + 60 * std::sin(x * 0.3) * std::cos(y * 0.2));
    }
  }
  return gray;
}

Gray inner() {
  const Gray outer = framed(0, true);
  Gray gray;
  gray.resize(100, 80);
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 100; ++x) gray.row(y)[x] = outer.row(y + 10)[x + 10];
  }
  return gray;
}

const Similarity kFramedToInner{1, 0, -10, -10, false};

TEST(AddedBorder, AFrameIsSeenFromItsSideOnly) {
  const double share = added_border(framed(255), inner(), kFramedToInner);
  EXPECT_GT(share, 0.2);
  EXPECT_LT(share, 0.35);
  EXPECT_EQ(added_border(inner(), framed(255), inverse(kFramedToInner, 120, 100)), 0);
}

TEST(AddedBorder, MoreOfThePhotographIsNoFrame) {
  EXPECT_EQ(added_border(framed(0, true), inner(), kFramedToInner), 0);
}

TEST(AddedBorder, TheGroundOfAProductPictureIsNoFrame) {
  Gray product = framed(255, true), cropped = inner();
  const auto is_product = [](int x, int y) { return std::hypot(x - 60, y - 50) < 28; };
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 120; ++x) {
      if (!is_product(x, y)) product.row(y)[x] = 255;
    }
  }
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 100; ++x) cropped.row(y)[x] = product.row(y + 10)[x + 10];
  }
  EXPECT_EQ(added_border(product, cropped, kFramedToInner), 0);
}

TEST(AddedBorder, MapsAreUndone) {
  for (const bool mirrored : {false, true}) {
    for (const double rotation : {0.0, 0.4, 1.5708, 3.1}) {
      const Similarity map{1.7, rotation, 12, -5, mirrored};
      const Similarity back = inverse(map, 120, 90);
      const auto apply = [](const Similarity& m, int width, double& x, double& y) {
        const double u = m.mirrored ? width - 1 - x : x, v = y, c = m.scale * std::cos(m.rotation),
                     s = m.scale * std::sin(m.rotation);
        x = c * u - s * v + m.dx, y = s * u + c * v + m.dy;
      };
      double x = 31, y = 17;
      apply(map, 120, x, y);
      apply(back, 90, x, y);
      EXPECT_NEAR(x, 31, 1e-9) << mirrored << rotation;
      EXPECT_NEAR(y, 17, 1e-9) << mirrored << rotation;
    }
  }
}

}  // namespace
}  // namespace surefoot::clean
