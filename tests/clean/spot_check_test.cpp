#include "surefoot/clean/spot_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "surefoot/base/philox.h"

namespace surefoot::clean {
namespace {

/// Newcombe 1998, "Two-sided confidence intervals for the single proportion" (Statistics in Medicine 17), table I,
/// method 3.
TEST(Wilson, IsThatOfThePublishedTable) {
  const auto expect = [](uint64_t wrong, uint64_t n, double low, double high) {
    const Interval interval = wilson(wrong, n);
    EXPECT_NEAR(interval.low, low, 5e-5) << wrong << " of " << n;
    EXPECT_NEAR(interval.high, high, 5e-5) << wrong << " of " << n;
  };
  expect(81, 263, 0.2553, 0.3662);
  expect(15, 148, 0.0624, 0.1605);
  expect(0, 20, 0.0000, 0.1611);
  expect(1, 29, 0.0061, 0.1718);
}

TEST(Wilson, OfNothingSaysNothing) {
  EXPECT_EQ(wilson(0, 0).low, 0);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

/// Two classes of two groups each on a line: at 0 and 10, and at 20 and 30.
struct Line {
  std::vector<float> values;
  std::vector<int32_t> labels;
  Line() {
    for (int i = 0; i < 400; ++i) {
      Philox random(1, Purpose::kSynthetic, 0, static_cast<uint64_t>(i));
      values.push_back(static_cast<float>(10 * (i % 4) + random.uniform(-1, 1)));
      labels.push_back(i % 4 / 2);
    }
  }
  Points points() const { return {values, labels, 1, 2}; }
};

TEST(Clusters, AreFoundWithinTheirClass) {
  const Line line;
  const Clusters clusters = cluster_classes(line.points(), 7);
  ASSERT_EQ(clusters.class_of.size(), 8u);  // 200 points a class: four clusters each
  for (size_t i = 0; i < line.labels.size(); ++i) {
    const auto c = static_cast<size_t>(clusters.of[i]);
    ASSERT_EQ(clusters.class_of[c], line.labels[i]);
    EXPECT_LT(std::abs(clusters.centres[c] - line.values[i]), 2.1) << i;
    EXPECT_GE(clusters.edge[i], 0);
    EXPECT_LT(clusters.edge[i], 0.25) << i;
  }
  EXPECT_EQ(cluster_classes(line.points(), 7).of, clusters.of);
}

TEST(Clusters, APictureBetweenTwoClassesIsAnEdge) {
  std::vector<float> values;
  std::vector<int32_t> labels;
  for (int i = 0; i < 80; ++i) {
    Philox random(2, Purpose::kSynthetic, 0, static_cast<uint64_t>(i));
    values.push_back(static_cast<float>(20 * (i / 40) + random.uniform(-1, 1)));
    labels.push_back(i / 40);
  }
  values[0] = 9.5f;
  const Points points{values, labels, 1, 2};
  const Clusters clusters = cluster_classes(points, 7);
  ASSERT_EQ(clusters.class_of.size(), 2u);
  EXPECT_NEAR(clusters.edge[0], 0.47, 0.02);
  EXPECT_LT(*std::max_element(clusters.edge.begin() + 1, clusters.edge.end()), 0.1);
  const std::vector<double> distances = neighbour_distances(points, 3);
  EXPECT_GT(distances[0], 8);
  EXPECT_LT(*std::max_element(distances.begin() + 1, distances.end()), 1);
}

TEST(SpotChecks, AnEdgeThatIsDoubtfulComesFirstAndTheRandomPartIsApart) {
  Clusters clusters;
  std::vector<double> doubt;
  for (int i = 0; i < 1000; ++i) {
    clusters.of.push_back(i % 3);
    clusters.edge.push_back(i < 60 ? 0.5 : 0.1);
    doubt.push_back(i / 1000.0);
  }
  const std::vector<SpotCheck> checks =
      choose_spot_checks(clusters, doubt, {.edge_share = 0.05, .random = 100, .seed = 3});
  size_t edges = 0, random = 0;
  std::set<uint32_t> seen;
  for (const SpotCheck& check : checks) {
    EXPECT_TRUE(seen.insert(check.picture).second) << check.picture;
    EXPECT_EQ(check.cluster, static_cast<int>(check.picture % 3));
    (check.random ? random : edges) += 1;
    if (!check.random) {
      EXPECT_EQ(random, 0u) << "edges come first";
    }
  }
  EXPECT_EQ(edges, 50u);
  EXPECT_EQ(random, 100u);
  for (size_t k = 1; k < edges; ++k) {
    EXPECT_GE(checks[k - 1].edge * doubt[checks[k - 1].picture], checks[k].edge * doubt[checks[k].picture]);
    EXPECT_LT(checks[k].picture, 60u);
  }
}

TEST(SpotChecks, TheRandomPartIsDrawnEvenly) {
  Clusters clusters{
      .of = std::vector<int32_t>(1000), .edge = std::vector<double>(1000), .centres = {}, .class_of = {0}};
  for (size_t i = 0; i < 500; ++i) clusters.edge[i] = 0.9;
  double below = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    for (const SpotCheck& check :
         choose_spot_checks(clusters, std::vector<double>(1000, 1.0), {.edge_share = 0, .random = 40, .seed = seed})) {
      below += check.picture < 500 ? 1 : 0;
    }
  }
  EXPECT_NEAR(below / 2000, 0.5, 0.05);  // four and a half standard deviations
}

TEST(SpotChecks, OfFewPicturesAreAll) {
  const Clusters clusters{.of = {0, 0}, .edge = {0.1, 0.2}, .centres = {}, .class_of = {0}};
  EXPECT_EQ(choose_spot_checks(clusters, {0, 0}, {.random = 10}).size(), 2u);
}

}  // namespace
}  // namespace surefoot::clean
