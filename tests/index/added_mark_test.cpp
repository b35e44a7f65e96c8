#include "surefoot/index/added_mark.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace surefoot::index {
namespace {

constexpr int kWidth = 160, kHeight = 120;

Gray drawn(const std::function<double(int x, int y)>& level) {
  Gray gray;
  gray.resize(kWidth, kHeight);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) gray.row(y)[x] = static_cast<uint8_t>(std::clamp(level(x, y), 0.0, 255.0));
  }
  return gray;
}

double photograph(int x, int y) { return 120 + 50 * std::sin(x * 0.21 + y * 0.05) * std::cos(y * 0.17) + 0.3 * x; }
double bar(int x, int y) { return y >= 100 ? 20 : photograph(x, y); }
double letters(int x, int y) { return y >= 40 && y < 52 && x % 6 < 2 && x > 30 && x < 110 ? 250 : photograph(x, y); }

/// The mark is in `b` wherever it is, and in `a` when they change places.
void expect_marked(const Gray& clean, const Gray& marked, double least) {
  const AddedMark mark = added_mark(clean, marked, {}), turned = added_mark(marked, clean, {});
  EXPECT_GT(mark.in_b, least);
  EXPECT_LT(mark.in_a, mark.in_b / 4);
  EXPECT_NEAR(turned.in_a, mark.in_b, 0.01);
  EXPECT_GE(mark.differs, mark.in_b);
}

TEST(AddedMark, ABarIsSeenThoughThePhotographIsBusier) { expect_marked(drawn(photograph), drawn(bar), 0.1); }
TEST(AddedMark, TextIsSeen) { expect_marked(drawn(photograph), drawn(letters), 0.01); }

TEST(AddedMark, BrighterOrClippedIsNoMark) {
  for (const double gain : {0.6, 1.3, 1.7}) {
    const Gray changed = drawn([&](int x, int y) { return gain * photograph(x, y); });
    EXPECT_EQ(added_mark(drawn(photograph), changed, {}).differs, 0) << gain;
  }
}

TEST(AddedMark, AShiftOfAPixelIsNoMark) {
  EXPECT_EQ(added_mark(drawn(photograph), drawn([](int x, int y) { return photograph(x + 1, y); }), {}).differs, 0);
}

TEST(AddedMark, EachMayHaveAMark) {
  const AddedMark mark = added_mark(drawn(bar), drawn(letters), {});
  EXPECT_GT(mark.in_a, 0.1);
  EXPECT_GT(mark.in_b, 0.01);
}

TEST(AddedMark, CopiesOfAnotherSizeAreLaidOver) {
  Gray half;
  shrink_to(drawn(letters), kWidth / 2, kHeight / 2, half);
  const AddedMark mark = added_mark(drawn(photograph), half, {0.5, 0, 0, 0, 0.5, 0});
  EXPECT_GT(mark.in_b, 0.01);
  EXPECT_EQ(mark.in_a, 0);
  const Gray small = drawn(photograph);
  EXPECT_EQ(added_mark(small, small, {0.1, 0, 0, 0, 0.1, 0}).differs, 0);  // next to no overlap: nothing is said
}

}  // namespace
}  // namespace surefoot::index
