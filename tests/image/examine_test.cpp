#include "surefoot/image/examine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "surefoot/base/files.h"
#include "surefoot/image/encode_jpeg.h"
#include "test_pictures.h"
#include "testing/temporary_folder.h"
#include "testing/test_data.h"

namespace surefoot::image {
namespace {

struct Seen {
  Outcome outcome;
  Header header;
  Damage damage;
  Pixels pixels;
};
Seen look_at(std::string_view bytes) {
  Seen seen;
  seen.outcome = examine(bytes, {}, seen.pixels, seen.header, seen.damage);
  return seen;
}

TEST(Examine, AWholeJpegIsAsDecoded) {
  for (const JpegKind& kind : {JpegKind{},
                               {.progressive = true},
                               {.grey = true},
                               {.restart = 2},
                               {.h = 1, .v = 1, .quality = 100},
                               {.quality = 10},
                               {.orientation = 6}}) {
    const std::string file = jpeg_file(scene(150, 90), kind);
    const Seen seen = look_at(file);
    Pixels decoded;
    ASSERT_TRUE(decode(file, {}, decoded).ok());
    EXPECT_TRUE(seen.outcome.ok()) << seen.outcome.detail;
    EXPECT_EQ(seen.pixels.rgb, decoded.rgb);
    EXPECT_EQ(seen.damage.lost_share, 0);
    EXPECT_EQ(seen.damage.warnings, 0u);
    EXPECT_EQ(seen.damage.trailing_bytes, 0u);
    EXPECT_EQ(seen.damage.jpeg_quality, kind.quality);
    EXPECT_EQ(seen.damage.has_exif, kind.orientation != 1);
  }
}

TEST(Examine, ACutJpegSaysHowMuchIsLostAndShowsTheRest) {
  const Pixels drawn = scene(160, 320);
  const std::string file = jpeg_file(drawn, {.quality = 90});
  Pixels whole;
  ASSERT_TRUE(decode(file, {}, whole).ok());
  for (const double kept : {0.3, 0.5, 0.8}) {
    const Seen seen =
        look_at(std::string_view(file).substr(0, static_cast<size_t>(kept * static_cast<double>(file.size()))));
    EXPECT_EQ(seen.outcome.status, DecodeStatus::kTruncated);
    EXPECT_NEAR(seen.damage.lost_share, 1 - kept, 0.1);
    ASSERT_TRUE(seen.damage.has_pixels);
    const int rows = static_cast<int>((1 - seen.damage.lost_share) * 320) - 32;
    EXPECT_TRUE(std::equal(whole.row(0), whole.row(rows), seen.pixels.row(0))) << kept;
    EXPECT_EQ(seen.pixels.row(319)[0], seen.pixels.row(319)[3]);  // flat where nothing came
  }
}

TEST(Examine, AProgressiveJpegLosesDetailFirst) {
  const std::string file = jpeg_file(scene(160, 160), {.progressive = true, .quality = 90});
  double lost_before = 1.1;
  for (const double kept : {0.1, 0.4, 0.7, 0.95}) {
    const Seen seen =
        look_at(std::string_view(file).substr(0, static_cast<size_t>(kept * static_cast<double>(file.size()))));
    EXPECT_EQ(seen.outcome.status, DecodeStatus::kTruncated) << kept;
    EXPECT_LE(seen.damage.lost_share, lost_before) << kept;
    EXPECT_GT(seen.damage.lost_share, 0);
    lost_before = seen.damage.lost_share;
  }
}

TEST(Examine, AMissingEndMarkerCostsNothing) {
  const std::string file = jpeg_file(scene(64, 64), {});
  const Seen seen = look_at(std::string_view(file).substr(0, file.size() - 2));
  EXPECT_EQ(seen.outcome.status, DecodeStatus::kTruncated);
  EXPECT_EQ(seen.damage.lost_share, 0);
}

TEST(Examine, ATailOfZerosIsLostFromWhereItBegins) {
  std::string file = jpeg_file(scene(160, 320), {.quality = 90});
  std::fill(file.begin() + static_cast<ptrdiff_t>(file.size() / 2), file.end(), '\0');
  EXPECT_NEAR(look_at(file).damage.lost_share, 0.5, 0.15);
}

TEST(Examine, WhatFollowsThePictureIsCounted) {
  const std::string file = jpeg_file(scene(64, 64), {});
  EXPECT_EQ(look_at(file + "PK\3\4 and more").damage.trailing_bytes, 13u);
  EXPECT_TRUE(look_at(file + "PK\3\4 and more").outcome.ok());
  EXPECT_EQ(look_at(file + std::string(4096, '\0')).damage.trailing_bytes, 0u);
  // A camera's second picture, announced in an APP2 segment.
  std::string announced = file;
  announced.insert(2, std::string("\xFF\xE2\x00\x08MPF\0II", 10));
  EXPECT_EQ(look_at(announced + file).damage.trailing_bytes, 0u);
}

TEST(Examine, ABigLieTakesNoMemory) {
  std::string bmp(54, '\0');
  bmp[0] = 'B', bmp[1] = 'M', bmp[10] = 54, bmp[14] = 40, bmp[26] = 1, bmp[28] = 24;
  bmp[19] = bmp[23] = 0x30;  // 12288 x 12288
  const Seen seen = look_at(bmp);
  EXPECT_EQ(seen.outcome.status, DecodeStatus::kTruncated);
  EXPECT_FALSE(seen.damage.has_pixels);
  EXPECT_EQ(seen.damage.lost_share, 1);
}

TEST(Examine, SaysWhatOtherFilesAre) {
  EXPECT_EQ(look_at("  <!DOCTYPE HTML><title>404").outcome.detail, "a web page");
  EXPECT_EQ(look_at("%PDF-1.4").outcome.detail, "a PDF document");
  EXPECT_EQ(look_at(std::string(100, '\0')).outcome.detail, "nothing but zeros");
  EXPECT_EQ(look_at("hello").outcome.detail, "no known picture format begins like this");
}

using Damager = std::function<std::string(std::string file, Philox& random)>;
size_t behind_header(const std::string& file) { return file.rfind("\xFF\xDA") + 14; }
std::string flipped(std::string file, Philox& random, int count) {
  const size_t begin = behind_header(file);
  for (int i = 0; i < count; ++i) {
    char& byte = file[begin + random.below(file.size() - 2 - begin)];
    byte = static_cast<char>(byte ^ static_cast<char>(1 + random.below(255)));
  }
  return file;
}
std::string noise(Philox& random) {
  std::string bytes(2048, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

/// How many of a set of pictures are found once damaged.
class ExaminePhotos : public ::testing::Test {
 protected:
  void SetUp() override {
    // The same pictures every time, as sharp as photographs are and of different sizes.
    for (uint64_t i = 0; i < 40; ++i) {
      files_.push_back(jpeg_file(scene(200 + static_cast<int>(i) * 3, 150 + static_cast<int>(i) * 2, i),
                                 {.progressive = i % 6 == 5, .quality = 75 + static_cast<int>(i % 5) * 5}));
    }
  }
  double found(const Damager& damager) const {
    int count = 0;
    for (size_t i = 0; i < files_.size(); ++i) {
      Philox random(7, Purpose::kSynthetic, 0, i);
      const Outcome outcome = look_at(damager(files_[i], random)).outcome;
      EXPECT_TRUE(outcome.ok() || outcome.status == DecodeStatus::kTruncated ||
                  outcome.status == DecodeStatus::kCorrupt)
          << outcome.detail;
      count += !outcome.ok();
    }
    return count / static_cast<double>(files_.size());
  }
  std::vector<std::string> files_;
};

TEST_F(ExaminePhotos, WholeOnesAreNotAccused) {
  EXPECT_EQ(found([](std::string file, Philox&) { return file; }), 0);
}
TEST_F(ExaminePhotos, CutsAndNoiseAreAlwaysFound) {
  EXPECT_EQ(found([](std::string file, Philox& random) {
              return file.substr(0, static_cast<size_t>(random.uniform(0.3, 0.95) * static_cast<double>(file.size())));
            }),
            1);
  EXPECT_EQ(found([](std::string file, Philox& random) {
              return file.insert(behind_header(file) + random.below(file.size() / 2), noise(random));
            }),
            1);
  EXPECT_EQ(found([](std::string file, Philox& random) {
              return file.replace(behind_header(file) + random.below(file.size() / 2), 2048, noise(random));
            }),
            1);
}
TEST_F(ExaminePhotos, FlippedBytesAreMostlyFound) {
  EXPECT_GE(found([](std::string file, Philox& random) { return flipped(std::move(file), random, 40); }), 0.98);
  EXPECT_GE(found([](std::string file, Philox& random) { return flipped(std::move(file), random, 10); }), 0.85);
}

/// Half of each file of the other formats: said to be truncated, the upper half shown.
TEST(Examine, CutsOfOtherFormatsShowWhatIsThere) {
  const testing::TemporaryFolder folder;
  if (!testing::unpack_data("odd_a.tar", folder.path())) GTEST_SKIP() << "skipped: no data";
  for (const char* name : {"hopper.png", "hopper.gif", "flower.webp", "hopper.bmp", "hopper_rle8.bmp",
                           "xmp_tags_orientation.png", "tiff_strip_planar_16bit_RGBa.tiff"}) {
    const std::string file = real_files().read(folder.path(std::string("odd_a/") + name));
    SCOPED_TRACE(name);
    const Seen whole = look_at(file), half = look_at(std::string_view(file).substr(0, file.size() / 2));
    ASSERT_TRUE(whole.outcome.ok()) << whole.outcome.detail;
    EXPECT_TRUE(half.outcome.status == DecodeStatus::kTruncated || half.outcome.status == DecodeStatus::kCorrupt)
        << half.outcome.detail;
    if (std::string(name).ends_with(".tiff")) continue;  // plane by plane: all rows keep a part of their colours
    EXPECT_GT(half.damage.lost_share, 0.1);
    if (half.damage.has_pixels) {
      EXPECT_LT(half.damage.lost_share, 0.9);
    }
  }
}

}  // namespace
}  // namespace surefoot::image
