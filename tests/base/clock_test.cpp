#include "surefoot/base/clock.h"

#include <gtest/gtest.h>

namespace surefoot {
namespace {

TEST(RealClock, SleepsAtLeastAsLongAsAsked) {
  const double before = real_clock().now();
  real_clock().sleep(0.02);
  EXPECT_GE(real_clock().now() - before, 0.02);
}

TEST(RealClock, WallTimeIsThisCentury) { EXPECT_GT(real_clock().wall(), 1.7e9); }

}  // namespace
}  // namespace surefoot
