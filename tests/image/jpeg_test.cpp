#include <gtest/gtest.h>

#include "image/test_pictures.h"
#include "surefoot/image/decode.h"
#include "surefoot/image/orient.h"

namespace surefoot::image {
namespace {

Rect random_rect(Size size, Philox& random) {
  const int width = 1 + static_cast<int>(random.below(static_cast<uint64_t>(size.width)));
  const int height = 1 + static_cast<int>(random.below(static_cast<uint64_t>(size.height)));
  return {static_cast<int>(random.below(static_cast<uint64_t>(size.width - width + 1))),
          static_cast<int>(random.below(static_cast<uint64_t>(size.height - height + 1))), width, height};
}

TEST(JpegDecoder, ReturnsAPartThatIsExactlyThatOfTheFullDecode) {
  Philox random(3, Purpose::kSynthetic, 0, 0);
  const JpegKind kinds[] = {{.h = 1, .v = 1}, {.h = 2, .v = 1},      {.h = 2, .v = 2},
                            {.h = 1, .v = 2}, {.h = 4, .v = 1},      {.grey = true},
                            {.restart = 5},   {.progressive = true}, {.h = 1, .v = 1, .progressive = true}};
  int kind_index = 0;
  for (const JpegKind& kind : kinds) {
    for (const Size size : {Size{203, 147}, Size{64, 96}, Size{17, 9}, Size{331, 48}}) {
      const std::string file = jpeg_file(scene(size.width, size.height), kind);
      for (const int n : {1, 2, 4, 8}) {
        DecodeOptions options;
        options.scale_denominator = n;
        Pixels whole, part;
        ASSERT_TRUE(decode(file, options, whole).ok());
        ASSERT_EQ(whole.width, (size.width + n - 1) / n);
        for (int i = 0; i < 40; ++i) {
          const Rect rect = random_rect({whole.width, whole.height}, random);
          options.crop = rect;
          ASSERT_TRUE(decode(file, options, part).ok());
          ASSERT_EQ(part.rgb, cut(whole, rect).rgb)
              << "kind " << kind_index << ", " << size.width << "x" << size.height << " at 1/" << n << ", part "
              << rect.x << "," << rect.y << " " << rect.width << "x" << rect.height;
        }
      }
    }
    ++kind_index;
  }
}

TEST(JpegDecoder, TakesACropInTurnedCoordinates) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const std::string file = jpeg_file(scene(90, 50), {.orientation = orientation});
    Pixels stored, turned, whole, part;
    ASSERT_TRUE(decode(file, {.exif_orientation = false}, stored).ok());
    turn(stored, orientation, turned);
    ASSERT_TRUE(decode(file, {}, whole).ok());
    ASSERT_EQ(whole.rgb, turned.rgb);
    ASSERT_EQ(whole.width, orientation >= 5 ? 50 : 90);
    const Rect rect{7, 3, 31, 40};
    ASSERT_TRUE(decode(file, {.crop = rect}, part).ok());
    ASSERT_EQ(part.rgb, cut(whole, rect).rgb) << "orientation " << orientation;
  }
}

TEST(JpegDecoder, CallsEveryEarlyEndTruncatedButNotAMissingEndMarker) {
  for (const JpegKind& kind : {JpegKind{}, JpegKind{.progressive = true}, JpegKind{.restart = 4}}) {
    const std::string file = jpeg_file(scene(120, 80), kind);
    Pixels pixels, whole;
    ASSERT_TRUE(decode(file, {}, whole).ok());
    for (size_t kept = 3; kept + 8 < file.size(); kept += file.size() / 97) {
      EXPECT_EQ(decode(file.substr(0, kept), {}, pixels).status, DecodeStatus::kTruncated)
          << kept << " of " << file.size();
    }
    ASSERT_TRUE(decode(file.substr(0, file.size() - 2), {}, pixels).ok());
    EXPECT_EQ(pixels.rgb, whole.rgb);
  }
}

TEST(JpegDecoder, NoticesMostNoiseInTheMiddle) {
  const std::string file = jpeg_file(scene(160, 120), {});
  Philox random(9, Purpose::kSynthetic, 0, 0);
  int noticed = 0;
  constexpr int kTrials = 200;
  for (int i = 0; i < kTrials; ++i) {
    std::string damaged = file;
    const size_t at = file.size() / 4 + random.below(file.size() / 2);
    for (size_t k = 0; k < 24; ++k) damaged[at + k] = static_cast<char>(random.below(256));
    Pixels pixels;
    noticed += !decode(damaged, {}, pixels).ok();
  }
  // Huffman streams have no checksum: some damage resynchronises without a trace.
  EXPECT_GT(noticed, kTrials * 6 / 10);
}

TEST(JpegDecoder, ToleratesPaddingAndWhatFollowsTheEnd) {
  const std::string file = jpeg_file(scene(70, 40), {}), body = file.substr(0, file.size() - 2),
                    end = file.substr(file.size() - 2);
  Pixels whole, pixels;
  ASSERT_TRUE(decode(file, {}, whole).ok());
  for (const std::string& kind :
       {body + std::string(1, 'x') + end, body + std::string(500, '\0') + end, file + "anything", file + file}) {
    ASSERT_TRUE(decode(kind, {}, pixels).ok());
    EXPECT_EQ(pixels.rgb, whole.rgb);
  }
  EXPECT_EQ(decode(body + "leftover Huffman codes" + end, {}, pixels).status, DecodeStatus::kCorrupt);
}

TEST(JpegDecoder, RefusesALyingSizeBeforeTakingMemory) {
  std::string file = jpeg_file(scene(16, 16), {.grey = true});
  const size_t frame = file.find("\xFF\xC0");
  ASSERT_NE(frame, file.npos);
  for (const size_t at : {frame + 5, frame + 7}) file.replace(at, 2, "\x30\x00", 2);  // 12288 x 12288
  Pixels pixels;
  EXPECT_EQ(decode(file, {}, pixels).status, DecodeStatus::kTruncated);
  EXPECT_EQ(decode(file, {.max_pixels = 1000000}, pixels).status, DecodeStatus::kTooLarge);
  EXPECT_TRUE(pixels.rgb.empty());
}

/// The figures of docs/pictures.md: how far a resize of a 1/2, 1/4 or 1/8 decode is from one of the full decode.
TEST(JpegDecoder, ScaledDecodeStaysNearTheFullOneOnASmoothPicture) {
  Pixels smooth = scene(640, 480);
  const std::string file = jpeg_file(smooth, {.quality = 90});
  Pixels full, half;
  ASSERT_TRUE(decode(file, {}, full).ok());
  ASSERT_TRUE(decode(file, {.scale_denominator = 2}, half).ok());
  double difference = 0;
  for (int y = 0; y < half.height; ++y) {
    for (int i = 0; i < half.width * 3; ++i) {
      const int x = i / 3 * 6 + i % 3;
      const int mean =
          (full.row(2 * y)[x] + full.row(2 * y)[x + 3] + full.row(2 * y + 1)[x] + full.row(2 * y + 1)[x + 3] + 2) / 4;
      difference += std::abs(mean - half.row(y)[i]);
    }
  }
  EXPECT_LT(difference / (half.width * half.height * 3), 3.0);
}

TEST(Jpeg, AFileWithoutTablesGetsNoneOfThePictureBefore) {
  const std::string whole = jpeg_file(scene(64, 48), {.quality = 60});
  std::string bare = whole;
  for (size_t at = bare.find("\xFF\xDB"); at != bare.npos; at = bare.find("\xFF\xDB")) {
    const size_t length =
        static_cast<size_t>(static_cast<uint8_t>(bare[at + 2])) << 8 | static_cast<uint8_t>(bare[at + 3]);
    if (at > bare.find("\xFF\xDA")) break;
    bare.erase(at, 2 + length);
  }
  Pixels pixels;
  ASSERT_TRUE(decode(whole, {}, pixels).ok());
  EXPECT_EQ(decode(bare, {}, pixels).status, DecodeStatus::kCorrupt);
}

}  // namespace
}  // namespace surefoot::image
