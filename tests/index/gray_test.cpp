#include "surefoot/index/gray.h"

#include <gtest/gtest.h>

namespace surefoot::index {
namespace {

TEST(Gray, IsItuR601Luma) {
  image::Pixels pixels;
  pixels.resize(3, 1);
  pixels.rgb = {255, 0, 0, 0, 255, 0, 0, 0, 255};
  Gray gray;
  to_gray(pixels, gray);
  EXPECT_EQ(gray.values, (std::vector<uint8_t>{76, 150, 29}));  // Pillow: Image.convert("L") of these three
}

TEST(Gray, ShrinkingTakesTheMeanOfTheArea) {
  Gray source;
  source.resize(3, 2);
  source.values = {0, 90, 30, 60, 30, 90};
  Gray target;
  shrink_to(source, 1, 1, target);
  EXPECT_EQ(target.values, (std::vector<uint8_t>{50}));
  shrink_to(source, 2, 1, target);  // the middle column counts half on each side
  EXPECT_EQ(target.values, (std::vector<uint8_t>{40, 60}));
}

TEST(Gray, ShrinkKeepsTheAspectAndNeverEnlarges) {
  Gray source, target;
  source.resize(400, 100);
  shrink(source, 100, target);
  EXPECT_EQ(target.width, 100);
  EXPECT_EQ(target.height, 25);
  shrink(source, 1000, target);
  EXPECT_EQ(target.width, 400);
}

}  // namespace
}  // namespace surefoot::index
