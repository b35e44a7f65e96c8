#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "clean/copy_fixture.h"
#include "surefoot/clean/detector.h"

namespace surefoot::clean {
namespace {

using testing::make_collection;

CleanResults run(const Collection& collection, const CleanOptions& options) {
  CleanResults results;
  DetectorContext context{options, results, nullptr, [](const std::string&, double) {}};
  find_detector("resolution").run(collection, context);
  return results;
}

std::map<std::string, Finding> by_path(const CleanResults& results, const std::string& issue) {
  std::map<std::string, Finding> found;
  for (const Finding& finding : results.findings) {
    if (finding.issue == issue) found[finding.path] = finding;
  }
  return found;
}

Collection mixed() {
  return make_collection({{.path = "cat/large.jpg", .width = 1200, .height = 900},
                          {.path = "cat/just.jpg", .width = 900, .height = 512},
                          {.path = "cat/small.jpg", .width = 511, .height = 900},
                          {.path = "dog/tiny.jpg", .width = 640, .height = 64},
                          {.path = "dog/other.jpg", .width = 2000, .height = 2000},
                          {.path = "/elsewhere/reference.jpg", .width = 50, .height = 50, .reference = true}});
}

TEST(ResolutionDetector, ShortSidesBelowTheThresholdAreFoundAndScoredByTheirDeficit) {
  const CleanResults results = run(mixed(), {});
  auto found = by_path(results, "low-resolution");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_LT(found["cat/small.jpg"].score, 0.01);
  EXPECT_DOUBLE_EQ(found["dog/tiny.jpg"].score, 1 - 64 / 512.0);
  EXPECT_EQ(found["dog/tiny.jpg"].severity, Severity::kMedium);
  EXPECT_EQ(found["dog/tiny.jpg"].detail, "640 x 64 px: the short side is below 512 px");
  EXPECT_TRUE(results.notes.empty());
}

TEST(ResolutionDetector, ATypedThresholdIsMeant) {
  CleanOptions options;
  options.threshold = 1000, options.threshold_typed = true;
  const auto found = by_path(run(mixed(), options), "low-resolution");
  EXPECT_EQ(found.size(), 4u);  // most of the set, and still listed
  for (const auto& [path, finding] : found) EXPECT_EQ(finding.severity, Severity::kHigh) << path;
}

TEST(ResolutionDetector, ASetThatIsSmallAsAWholeIsOneLine) {
  CleanOptions options;
  options.threshold = 1000;
  const CleanResults results = run(mixed(), options);
  EXPECT_TRUE(by_path(results, "low-resolution").empty());
  ASSERT_EQ(results.notes.size(), 1u);
  EXPECT_EQ(
      results.notes[0],
      "80.0 % of the pictures (4 of 5) have a short side below 1000 px, so they are not listed one by one; by short side: "
      "0 to 249 px 1, 250 to 499 px 0, 500 to 749 px 2, 750 to 999 px 1, 1000 px and more 1 (--threshold 1000 lists them)");
}

TEST(ResolutionDetector, HistogramsCountEveryPictureOnce) {
  const CleanResults results = run(mixed(), {});
  ASSERT_EQ(results.histograms.size(), 2u);
  for (const ScoreHistogram& histogram : results.histograms) {
    EXPECT_EQ(std::accumulate(histogram.counts.begin(), histogram.counts.end(), uint64_t{0}), 5u) << histogram.issue;
    EXPECT_LT(histogram.low, histogram.threshold);
    EXPECT_LT(histogram.threshold, histogram.high);
  }
  EXPECT_EQ(results.histograms[0].counts[2], 1u);  // 64 px in bins of 32
}

Collection fake() {
  Collection collection = make_collection({{.path = "cat/enlarged.jpg", .width = 3840, .height = 2160},
                                           {.path = "cat/native.jpg", .width = 3840, .height = 2160},
                                           {.path = "dog/repeated.png", .width = 1600, .height = 1200},
                                           {.path = "dog/soft.jpg", .width = 1500, .height = 1000}});
  const auto set = [&](size_t i, double score, double share, bool upscaled, double replication) {
    collection.pictures[i].facts.resolution = {score, share, 0.9, upscaled, 6, replication};
  };
  set(0, 0.97, 1 / 12.8, true, 0), set(1, 0.2, 1, false, 0), set(2, 0.8, 0.25, true, 0.7), set(3, 0.6, 0.5, false, 0);
  return collection;
}

TEST(ResolutionDetector, FakeResolutionSaysWhatIsThereAndWhetherTracesSayEnlarged) {
  auto found = by_path(run(fake(), {}), "fake-resolution");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found["cat/enlarged.jpg"].detail,
            "effective about 300 x 169 of 3840 x 2160 px, enlarged x12.8 (traces of interpolation); confidence 90 %");
  EXPECT_EQ(found["dog/repeated.png"].detail,
            "effective about 400 x 300 of 1600 x 1200 px, enlarged x4.0 (repeated pixels); confidence 90 %");
  EXPECT_EQ(found["dog/soft.jpg"].detail,
            "effective about 750 x 500 of 1500 x 1000 px, soft or enlarged; confidence 90 %");
  EXPECT_DOUBLE_EQ(found["cat/enlarged.jpg"].score, 0.97);
  for (const auto& [path, finding] : found) EXPECT_EQ(finding.severity, Severity::kMedium) << path;
}

TEST(ResolutionDetector, OnlyEnlargedPicturesBelowATypedThresholdAreRubbish) {
  CleanOptions options;
  options.threshold = 512, options.threshold_typed = true;
  auto found = by_path(run(fake(), options), "fake-resolution");
  EXPECT_EQ(found["cat/enlarged.jpg"].severity, Severity::kHigh);
  EXPECT_EQ(found["dog/repeated.png"].severity, Severity::kHigh);
  EXPECT_EQ(found["dog/soft.jpg"].severity, Severity::kMedium);
}

TEST(ResolutionDetector, FilesWithoutPixelsAreNotJudged) {
  Collection collection = make_collection({{.path = "cat/broken.jpg", .width = 0, .height = 0}});
  collection.pictures[0].facts.measured = false;
  const CleanResults results = run(collection, {});
  EXPECT_TRUE(results.findings.empty());
  EXPECT_TRUE(results.notes.empty());
}

}  // namespace
}  // namespace surefoot::clean
