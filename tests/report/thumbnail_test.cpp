#include "surefoot/report/thumbnail.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "surefoot/report/html.h"

namespace surefoot::report {
namespace {

TEST(Thumbnail, IsASmallJpegWithoutMetadata) {
  image::Pixels pixels;
  pixels.resize(640, 320);
  std::fill(pixels.rgb.begin(), pixels.rgb.end(), uint8_t{200});
  const std::string uri = thumbnail(pixels, 100);
  EXPECT_TRUE(is_thumbnail(uri));
  EXPECT_LT(uri.size(), 4000u);
  EXPECT_TRUE(uri.starts_with("data:image/jpeg;base64,/9j/4AAQSkZJRg")) << "begins with a JFIF header";
  EXPECT_EQ(uri.find("RXhpZg"), std::string::npos) << "no Exif";
}

TEST(Thumbnail, WorksForEveryOddShape) {
  for (const auto& [w, h] : {std::pair{1, 1}, {1, 5000}, {5000, 1}, {3, 7}, {161, 160}}) {
    image::Pixels pixels;
    pixels.resize(w, h);
    EXPECT_TRUE(is_thumbnail(thumbnail(pixels))) << w << "x" << h;
  }
  EXPECT_EQ(thumbnail({}), "");
}

TEST(IsThumbnail, RefusesEverythingElse) {
  for (const char* text : {"", "x", "https://example.org/a.jpg", "data:text/html;base64,AAAA",
                           "data:image/jpeg;base64,AA\" onload=\"x", "data:image/svg+xml;base64,AAAA"})
    EXPECT_FALSE(is_thumbnail(text)) << text;
}

}  // namespace
}  // namespace surefoot::report
