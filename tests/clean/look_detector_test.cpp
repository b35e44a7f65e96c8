// Planted pictures, measured and judged as in a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "clean/copy_fixture.h"
#include "surefoot/base/philox.h"
#include "surefoot/clean/detector.h"

namespace surefoot::clean {
namespace {

using testing::make_picture;
using Color = std::array<double, 3>;
using Painter = std::function<Color(int x, int y)>;

constexpr int kWidth = 320, kHeight = 240;

Picture painted(const std::string& path, const Painter& paint) {
  image::Pixels pixels;
  pixels.resize(kWidth, kHeight);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const Color rgb = paint(x, y);
      for (size_t c = 0; c < 3; ++c)
        pixels.row(y)[3 * x + static_cast<int>(c)] = static_cast<uint8_t>(std::clamp(rgb[c], 0.0, 255.0));
    }
  }
  index::Gray gray;
  index::to_gray(pixels, gray);
  Picture picture = make_picture({.path = path, .width = kWidth, .height = kHeight});
  picture.facts.look = index::look_of(pixels, gray);
  return picture;
}

Color grey(double value) { return {value, value, value}; }

/// Something with shapes, edges and texture, 0..255.
double scene(int x, int y, int seed) {
  const double u = double(x) / kWidth + 0.13 * seed, v = double(y) / kHeight;
  const double shape =
      std::tanh(6 * std::sin(7 * u + 2 * seed) * std::cos(5 * v - seed)) + 0.4 * std::sin(60 * u * v + seed);
  return 120 + 70 * shape + 20 * std::sin(x * 1.1) * std::sin(y * 0.9);
}

CleanResults run(const std::vector<Picture>& pictures) {
  Collection collection;
  collection.classes = {"cat"};
  collection.pictures = pictures;
  CleanResults results;
  const CleanOptions options;
  DetectorContext context{options, results, nullptr, [](const std::string&, double) {}};
  find_detector("look").run(collection, context);
  return results;
}

/// "issue issue" of one picture.
std::string issues_of(const std::string& name, const Painter& paint) {
  std::string all;
  for (const Finding& finding : run({painted(name, paint)}).findings) {
    EXPECT_GE(finding.score, 0.5) << name;
    EXPECT_LE(finding.score, 1) << name;
    EXPECT_FALSE(finding.detail.empty());
    all += (all.empty() ? "" : " ") + finding.issue;
  }
  return all;
}

TEST(LookDetector, EveryKindOfBlankIsBlankAndNothingElse) {
  Philox random(1, Purpose::kSynthetic, 0, 0);
  for (const Color& color : {Color{0, 0, 0}, Color{255, 255, 255}, Color{30, 90, 200}}) {
    EXPECT_EQ(issues_of("one colour", [&](int, int) { return color; }), "blank");
    EXPECT_EQ(issues_of("noise",
                        [&](int, int) {
                          return Color{color[0] + 6 * random.normal(), color[1], color[2] + 9 * random.normal()};
                        }),
              "blank");
    EXPECT_EQ(issues_of("gradient",
                        [&](int x, int y) { return Color{color[0] / 2 + x / 4.0, color[1] / 2 + y / 3.0, color[2]}; }),
              "blank");
  }
  EXPECT_EQ(issues_of("static", [&](int, int) { return grey(128 + 60 * random.normal()); }), "blank");
  EXPECT_EQ(issues_of("round gradient", [](int x, int y) { return grey(250 - std::hypot(x - 160, y - 120)); }),
            "blank");
  EXPECT_EQ(
      issues_of("a few letters",
                [](int x, int y) { return grey(x / 4 % 2 && x > 100 && x < 130 && y > 100 && y < 108 ? 90 : 255); }),
      "blank");
}

TEST(LookDetector, PicturesAreNotBlank) {
  for (int seed = 0; seed < 6; ++seed) {
    EXPECT_EQ(issues_of("scene", [&](int x, int y) { return grey(scene(x, y, seed)); }), "");
    EXPECT_EQ(issues_of("stripes",
                        [&](int x, int y) {
                          return grey(120 + 80 * std::sin(1.6 * (x * std::cos(seed) + y * std::sin(seed))));
                        }),
              "");
    EXPECT_EQ(issues_of("small on white",
                        [&](int x, int y) {
                          return grey(x > 140 && x < 200 && y > 90 && y < 150 ? 0.5 * scene(x, y, seed) : 255);
                        }),
              "");
    EXPECT_EQ(issues_of("lit subject on black",
                        [&](int x, int y) { return grey(std::hypot(x - 160, y - 120) < 50 ? scene(x, y, seed) : 4); }),
              "");
  }
}

TEST(LookDetector, DarkBrightAndBlurryAreSaidEvenWhereFaint) {
  for (int seed = 0; seed < 6; ++seed) {
    EXPECT_EQ(issues_of("dark", [&](int x, int y) { return grey(0.12 * scene(x, y, seed)); }), "dark");
    EXPECT_EQ(issues_of("bright", [&](int x, int y) { return grey(244 + 0.04 * scene(x, y, seed)); }), "bright");
    EXPECT_EQ(issues_of("blurry",
                        [&](int x, int y) {
                          return grey(128 + 60 * std::sin(x / 40.0 + seed) * std::cos(y / 50.0) +
                                      40 * std::sin((x + y) / 60.0));
                        }),
              "blurry");
  }
}

TEST(LookDetector, WithSomethingSmallOnItAPersonDecides) {
  const auto severity = [](const Painter& paint) { return run({painted("cat/a.jpg", paint)}).findings.at(0).severity; };
  EXPECT_EQ(severity([](int, int) { return grey(200); }), Severity::kHigh);
  EXPECT_EQ(severity([](int x, int y) { return grey(x > 100 && x < 110 && y > 100 && y < 110 ? 0 : 200); }),
            Severity::kMedium);
}

TEST(LookDetector, ASurerPictureHasAHigherScore) {
  const auto dark = [](double factor) {
    return run({painted("a", [&](int x, int y) { return grey(factor * scene(x, y, 1)); })}).findings.at(0).score;
  };
  EXPECT_GT(dark(0.1), dark(0.2));
  EXPECT_GT(dark(0.2), dark(0.3));
}

TEST(LookDetector, WhatIsSoInMuchOfTheSetIsOfLowSeverity) {
  std::vector<Picture> pictures;
  for (int i = 0; i < 30; ++i)
    pictures.push_back(painted("cat/" + std::to_string(i),
                               [&](int x, int y) { return grey((i < 7 ? 0.1 : 1) * scene(x, y, i % 6)); }));
  const CleanResults results = run(pictures);
  ASSERT_EQ(results.findings.size(), 7u);
  for (const Finding& finding : results.findings) EXPECT_EQ(finding.severity, Severity::kLow);
  ASSERT_EQ(results.notes.size(), 1u);
  EXPECT_EQ(results.notes[0].substr(0, 41), "23.3 % of the pictures are dark (7 of 30)");
  ASSERT_EQ(results.histograms.size(), 4u);
  for (const ScoreHistogram& histogram : results.histograms) {
    EXPECT_EQ(std::accumulate(histogram.counts.begin(), histogram.counts.end(), uint64_t{0}), 30u) << histogram.issue;
  }
}

TEST(LookDetector, DamagedAndReferencePicturesAreNotJudged) {
  Picture damaged = painted("cat/a.jpg", [](int, int) { return grey(128); }), reference = damaged, unreadable = damaged;
  damaged.facts.status = image::DecodeStatus::kTruncated;
  reference.reference = true;
  unreadable.facts.measured = false;
  EXPECT_TRUE(run({damaged, reference, unreadable}).findings.empty());
}

}  // namespace
}  // namespace surefoot::clean
