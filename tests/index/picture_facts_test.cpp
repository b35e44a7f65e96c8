#include "surefoot/index/picture_facts.h"

#include <gtest/gtest.h>

#include <limits>

#include "surefoot/image/encode_jpeg.h"
#include "surefoot/index/copy_check.h"

namespace surefoot::index {
namespace {

image::Pixels drawn(int width, int height) {
  image::Pixels pixels;
  pixels.resize(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool square = (x / 40 + y / 40) % 2 == 0;
      for (int c = 0; c < 3; ++c)
        pixels.row(y)[3 * x + c] = static_cast<uint8_t>(square ? 40 + c * 30 + x % 40 : 200 - c * 40 - y % 30);
    }
  }
  return pixels;
}

struct Measured {
  PictureFacts facts;
  PictureView view;
};
Measured measured(std::string_view bytes) {
  Measured out;
  measure(bytes, {}, out.facts, out.view);
  return out;
}

TEST(Measure, AWholePictureHasEverything) {
  const auto [facts, view] = measured(image::encode_jpeg(drawn(400, 240), 87));
  EXPECT_EQ(facts.status, image::DecodeStatus::kOk);
  EXPECT_EQ(facts.width, 400);
  EXPECT_EQ(facts.height, 240);
  EXPECT_EQ(facts.jpeg_quality, 87);
  EXPECT_EQ(facts.pixels_hash.size(), 32u);
  EXPECT_TRUE(facts.measured);
  EXPECT_FALSE(view.features.empty());
  const auto thumbnail = measured(view.thumbnail);
  EXPECT_EQ(thumbnail.facts.width, kThumbnailSide);
  EXPECT_EQ(thumbnail.facts.height, 96);
}

TEST(Measure, PixelsCountAndNotTheirFile) {
  const std::string jpeg = image::encode_jpeg(drawn(100, 80), 90);
  std::string commented = jpeg;
  commented.insert(2, std::string("\xFF\xFE\x00\x06"
                                  "note",
                                  8));
  EXPECT_EQ(measured(jpeg).facts.pixels_hash, measured(commented).facts.pixels_hash);
  EXPECT_NE(measured(jpeg).facts.pixels_hash, measured(image::encode_jpeg(drawn(100, 80), 89)).facts.pixels_hash);
}

TEST(Measure, WhatIsLeftOfACutPictureIsMeasuredAndWhatIsNoPictureIsNot) {
  const std::string jpeg = image::encode_jpeg(drawn(400, 240), 90);
  const auto most = measured(jpeg.substr(0, jpeg.size() * 7 / 10));
  EXPECT_EQ(most.facts.status, image::DecodeStatus::kTruncated);
  EXPECT_TRUE(most.facts.measured);
  const auto little = measured(jpeg.substr(0, jpeg.size() / 6));
  EXPECT_FALSE(little.facts.measured);
  EXPECT_FALSE(little.view.thumbnail.empty());
  const auto none = measured("<html>gone</html>");
  EXPECT_EQ(none.facts.status, image::DecodeStatus::kNotAnImage);
  EXPECT_EQ(none.facts.detail, "a web page");
  EXPECT_TRUE(none.view.thumbnail.empty());
}

TEST(Measure, TinyPicturesAreMeasuredToo) {
  for (const auto& [width, height] : {std::pair{1, 1}, {1, 300}, {300, 1}, {7, 9}}) {
    const auto [facts, view] = measured(image::encode_jpeg(drawn(width, height), 90));
    EXPECT_TRUE(facts.measured);
    PictureFacts again;
    EXPECT_TRUE(unpack(pack(facts), again)) << width << "x" << height;
  }
}

TEST(Pack, ComesBackAsItWas) {
  for (const int side : {200, 12}) {
    const auto [facts, view] = measured(image::encode_jpeg(drawn(side, side), 80));
    PictureFacts facts_again;
    PictureView view_again;
    ASSERT_TRUE(unpack(pack(facts), facts_again));
    ASSERT_TRUE(unpack(pack(view), view_again));
    EXPECT_EQ(pack(facts_again), pack(facts));
    EXPECT_EQ(pack(view_again), pack(view));
    EXPECT_EQ(facts_again.pixels_hash, facts.pixels_hash);
    EXPECT_EQ(facts_again.hashes.pdq, facts.hashes.pdq);
    EXPECT_EQ(facts_again.look.blur_score, facts.look.blur_score);
    EXPECT_EQ(facts_again.resolution.effective_share, facts.resolution.effective_share);
    EXPECT_EQ(view_again.thumbnail, view.thumbnail);
    EXPECT_EQ(view_again.features.size(), view.features.size());
  }
}

TEST(Pack, NoPieceOfItIsTakenForTheWhole) {
  const auto [facts, view] = measured(image::encode_jpeg(drawn(60, 60), 80));
  const std::string packed = pack(facts), packed_view = pack(view);
  PictureFacts facts_again;
  PictureView view_again;
  for (size_t size = 0; size < packed.size(); ++size) EXPECT_FALSE(unpack(packed.substr(0, size), facts_again)) << size;
  for (size_t size = 0; size < packed_view.size(); size += 7)
    EXPECT_FALSE(unpack(packed_view.substr(0, size), view_again)) << size;
  EXPECT_FALSE(unpack(packed + 'x', facts_again));
  EXPECT_FALSE(unpack(packed_view + 'x', view_again));
  EXPECT_FALSE(unpack(packed, view_again));
  EXPECT_FALSE(unpack(packed_view, facts_again));
  std::string other_version = packed;
  ++other_version[4];
  EXPECT_FALSE(unpack(other_version, facts_again));
  EXPECT_TRUE(facts_again.detail.empty());
}

TEST(Pack, ImpossibleNumbersAreBroughtIntoRangeAndAreRefusedWhereTheyArrive) {
  PictureFacts odd;
  odd.lost_share = std::numeric_limits<double>::quiet_NaN();
  odd.jpeg_quality = 400;
  odd.detail = std::string(5000, 'x');
  PictureFacts back;
  ASSERT_TRUE(unpack(pack(odd), back));
  EXPECT_EQ(back.lost_share, 0);
  EXPECT_EQ(back.jpeg_quality, 100);
  EXPECT_EQ(back.detail.size(), 512u);
  // An orientation of 9, by hand: magic, version, status, an empty detail, format, width, height.
  std::string bytes = pack(PictureFacts{});
  const size_t orientation = 4 + 4 + 1 + 4 + 1 + 4 + 4;
  ASSERT_EQ(bytes[orientation], 1);
  bytes[orientation] = 9;
  EXPECT_FALSE(unpack(bytes, back));
}

}  // namespace
}  // namespace surefoot::index
