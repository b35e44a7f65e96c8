#include <gtest/gtest.h>

#include <functional>

#include "clean/copy_fixture.h"
#include "surefoot/clean/copy_groups.h"

namespace surefoot::clean {
namespace {

Picture picture(const std::function<void(Picture&)>& change = {}) {
  Picture made = testing::make_picture({"some/path", "content", "", 800, 600});
  made.facts.pixels_hash.clear();
  made.mtime_ns = 1000;
  if (change) change(made);
  return made;
}

/// `better` must win from either side, with the rule named.
void expect_wins(
    const Picture& better, bool better_marked, const Picture& worse, bool worse_marked, const std::string& rule) {
  std::string reason;
  EXPECT_TRUE(better_copy(better, better_marked, worse, worse_marked, &reason));
  EXPECT_EQ(reason.substr(0, rule.size()), rule);
  EXPECT_FALSE(better_copy(worse, worse_marked, better, better_marked, &reason));
  EXPECT_EQ(reason.substr(0, rule.size()), rule);
}

TEST(BetterCopy, RulesDecideInTheirOrder) {
  const Picture plain = picture();
  // Each is worse by all later rules, so that the rule in question is what decides.
  const auto larger = picture([](Picture& p) {
    p.facts.width = 1600, p.facts.height = 1200, p.facts.jpeg_quality = 100, p.facts.has_exif = true;
  });
  expect_wins(plain, true, picture([&](Picture& p) {
                p = larger, p.facts.status = image::DecodeStatus::kTruncated, p.facts.lost_share = 0.5;
              }),
              false, "it can be decoded");
  expect_wins(plain, false, larger, true, "without watermark");
  expect_wins(larger, false, plain, false, "largest true resolution (1600 px against 800 px)");
  const auto taller = picture([](Picture& p) { p.facts.height = 700, p.facts.jpeg_quality = 10; });
  expect_wins(taller, false, plain, false, "largest (560000 pixels");
  const auto compressed = picture([](Picture& p) { p.facts.jpeg_quality = 30, p.facts.has_exif = true; });
  expect_wins(plain, false, compressed, false, "least compressed (90 against 30)");
  const auto heavier = picture([](Picture& p) { p.size_bytes = 5000, p.mtime_ns = 2000; });
  expect_wins(heavier, false, plain, false, "least compressed (5000 bytes");
  const auto tagged = picture([](Picture& p) { p.facts.has_exif = true, p.mtime_ns = 2000; });
  expect_wins(tagged, false, plain, false, "it has EXIF data");
  const auto newer = picture([](Picture& p) { p.mtime_ns = 2000, p.path = "a"; });
  expect_wins(plain, false, newer, false, "oldest file");
  const auto shorter = picture([](Picture& p) { p.path = "z"; });
  expect_wins(shorter, false, plain, false, "shortest path");
  const auto named = picture([](Picture& p) { p.path = "aome/path"; });
  expect_wins(named, false, plain, false, "first by name");
}

TEST(BetterCopy, AnEnlargementIsNoBetterThanItsOriginal) {
  const auto original = picture([](Picture& p) { p.facts.width = 400, p.facts.height = 300; });
  for (const double estimate : {0.23, 0.25, 0.28}) {
    const auto enlarged = picture([&](Picture& p) {
      p.facts.width = 1600, p.facts.height = 1200;
      p.facts.resolution.effective_share = estimate, p.facts.resolution.confidence = 0.9;
    });
    expect_wins(original, false, enlarged, false, "largest true resolution");
  }
  const auto unsure = picture([](Picture& p) {
    p.facts.width = 1600, p.facts.height = 1200;
    p.facts.resolution.effective_share = 0.25, p.facts.resolution.confidence = 0.2;
  });
  expect_wins(unsure, false, original, false, "largest true resolution");
}

TEST(BetterCopy, APngOfTheSamePixelsIsNoBetterThanTheJpeg) {
  const auto jpeg = picture([](Picture& p) { p.facts.pixels_hash = "p", p.facts.has_exif = true; });
  const auto png = picture(
      [](Picture& p) { p.facts.pixels_hash = "p", p.facts.format = image::Format::kPng, p.facts.jpeg_quality = 0; });
  expect_wins(jpeg, false, png, false, "it has EXIF data");
  const auto other_png = picture(
      [](Picture& p) { p.facts.pixels_hash = "q", p.facts.format = image::Format::kPng, p.facts.jpeg_quality = 0; });
  expect_wins(other_png, false, jpeg, false, "least compressed");
}

}  // namespace
}  // namespace surefoot::clean
