#include <gtest/gtest.h>

#include <map>

#include "clean/copy_fixture.h"
#include "surefoot/clean/detector.h"

namespace surefoot::clean {
namespace {

using testing::MadePicture;
using testing::make_collection;

std::map<std::string, Finding> run(const Collection& collection, const std::string& issue) {
  CleanResults results;
  const CleanOptions options;
  DetectorContext context{options, results, nullptr, [](const std::string&, double) {}};
  find_detector("shape").run(collection, context);
  std::map<std::string, Finding> found;
  for (const Finding& finding : results.findings) {
    if (finding.issue == issue) found[finding.path] = finding;
  }
  return found;
}

/// `count` squares with sides of 300, 310, ... px.
std::vector<MadePicture> squares(int count) {
  std::vector<MadePicture> made;
  for (int i = 0; i < count; ++i)
    made.push_back({.path = "cat/" + std::to_string(i) + ".jpg", .width = 300 + 10 * i, .height = 300 + 10 * i});
  return made;
}

TEST(ShapeDetector, OddSizesLieBeyondThreeInterquartileRanges) {
  // numpy.percentile(log([300, 310, ..., 700, 2500, 2000, 90, 130]), [25, 75]) = log(390), log(610): fences at 102 and
  // 2334 px.
  std::vector<MadePicture> made = squares(41);
  made.push_back({.path = "cat/large.jpg", .width = 2500, .height = 2500});
  made.push_back({.path = "cat/inside.jpg", .width = 2000, .height = 2000});
  made.push_back({.path = "cat/small.jpg", .width = 90, .height = 90});
  made.push_back({.path = "cat/within.jpg", .width = 130, .height = 130});
  auto found = run(make_collection(made), "odd-size");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found["cat/large.jpg"].severity, Severity::kLow);
  EXPECT_EQ(found["cat/small.jpg"].severity, Severity::kMedium);
  EXPECT_GT(found["cat/large.jpg"].score, 0.5);
}

TEST(ShapeDetector, SmallOnesAreOddWhereTheRestIsAlike) {
  std::vector<MadePicture> made(50, {.path = "cat/a.jpg", .width = 640, .height = 480});
  made.push_back({.path = "cat/tiny.jpg", .width = 40, .height = 30});
  for (int i = 0; i < 5; ++i) made.push_back({.path = "cat/second.jpg", .width = 1024, .height = 768});
  auto found = run(make_collection(made), "odd-size");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found["cat/tiny.jpg"].severity, Severity::kMedium);
}

TEST(ShapeDetector, AHandfulOfPicturesHasNoUsualSize) {
  std::vector<MadePicture> made = squares(10);
  made.push_back({.path = "cat/huge.jpg", .width = 9000, .height = 9000});
  EXPECT_TRUE(run(make_collection(made), "odd-size").empty());
}

TEST(ShapeDetector, OddAspectsAreBothLongAndTall) {
  auto found = run(make_collection({{.path = "cat/banner.jpg", .width = 1000, .height = 100},
                                    {.path = "cat/tower.jpg", .width = 349, .height = 1000},
                                    {.path = "cat/wide.jpg", .width = 1000, .height = 350},
                                    {.path = "cat/reference.jpg", .width = 1000, .height = 10, .reference = true},
                                    {.path = "cat/unreadable.jpg", .width = 0, .height = 0}}),
                   "odd-aspect");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_GT(found["cat/banner.jpg"].score, found["cat/tower.jpg"].score);
  EXPECT_EQ(found["cat/banner.jpg"].detail, "1000 x 100 px: one side is 10.0 times the other");
}

TEST(ShapeDetector, PicturesTurnedByExifAreForInformation) {
  Collection collection =
      make_collection({{.path = "cat/0.jpg"}, {.path = "cat/1.jpg"}, {.path = "cat/6.jpg"}, {.path = "cat/99.jpg"}});
  const int orientations[] = {0, 1, 6, 99};
  for (size_t i = 0; i < 4; ++i) collection.pictures[i].facts.orientation = orientations[i];
  auto found = run(collection, "rotated");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found["cat/6.jpg"].severity, Severity::kLow);
}

}  // namespace
}  // namespace surefoot::clean
