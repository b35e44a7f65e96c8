#include "surefoot/report/chart.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace surefoot::report {
namespace {

TEST(NiceTicks, AreRoundAndInside) {
  EXPECT_EQ(nice_ticks(0, 1, 4), (std::vector<double>{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(nice_ticks(-3, 17, 4), (std::vector<double>{0, 5, 10, 15}));
  EXPECT_EQ(nice_ticks(5, 5, 4), (std::vector<double>{5}));
  EXPECT_EQ(nice_ticks(1.1, std::nextafter(1.1, 2), 4), (std::vector<double>{1.1}));
}

TEST(LineChart, IsEmptyWithoutFinitePoints) {
  EXPECT_EQ(line_chart({}, {}), "");
  EXPECT_EQ(line_chart({{.name = "a", .points = {{1, NAN}, {NAN, 2}}}}, {}), "");
}

TEST(LineChart, BreaksTheLineWhereAPointIsNotFinite) {
  const std::string svg =
      line_chart({{.name = "a", .points = {{0, 1}, {1, 2}, {2, NAN}, {3, 1}, {4, 2}}}}, {.title = "t"});
  const std::string path =
      svg.substr(svg.find(" d=\"") + 4, svg.find("\"/>", svg.find(" d=\"")) - svg.find(" d=\"") - 4);
  EXPECT_EQ(std::count(path.begin(), path.end(), 'M'), 2);
  EXPECT_EQ(std::count(path.begin(), path.end(), 'L'), 2);
}

TEST(LineChart, NeverWritesNumbersThatAreNotFinite) {
  for (const auto& points : std::vector<std::vector<std::pair<double, double>>>{
           {{5, 5}}, {{1, 0}, {2, 0}}, {{1, -1}, {2, 1}}, {{1, 1e300}, {2, -1e300}}, {{0, 1e-300}, {1, 1}}}) {
    for (const bool log : {false, true}) {
      const std::string svg = line_chart({{.name = "a", .points = points}}, {.from_zero = !log, .log_y = log});
      EXPECT_EQ(svg.find("nan"), std::string::npos) << svg;
      EXPECT_EQ(svg.find("inf"), std::string::npos) << svg;
    }
  }
}

TEST(LineChart, ThinsLongSeriesButKeepsSpikes) {
  Series series{.name = "a"};
  for (int i = 0; i < 100000; ++i) series.points.emplace_back(i, i == 54321 ? 1000 : 1);
  const std::string svg = line_chart({series}, {.title = "t"});
  EXPECT_LT(svg.size(), 40000u);
  EXPECT_NE(svg.find("1000"), std::string::npos);
}

TEST(Smoothed, StartsAtTheFirstValueWithoutBias) {
  const auto out = smoothed({{0, 4}, {1, 4}, {2, NAN}, {3, 4}}, 0.9);
  ASSERT_EQ(out.size(), 3u);
  for (const auto& point : out) EXPECT_NEAR(point.second, 4, 1e-12);
}

}  // namespace
}  // namespace surefoot::report
