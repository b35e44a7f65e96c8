#include <gtest/gtest.h>

#include "image/test_pictures.h"
#include "surefoot/image/decode.h"
#include "surefoot/image/exif.h"
#include "surefoot/image/gif_lzw.h"
#include "testing/pictures.h"

namespace surefoot::image {
namespace {
using namespace std::string_view_literals;

TEST(Sniff, KnowsEachFormatByItsMagicBytes) {
  EXPECT_EQ(sniff("\xFF\xD8\xFF\xE0"sv), Format::kJpeg);
  EXPECT_EQ(sniff("\x89PNG\r\n\x1a\n"sv), Format::kPng);
  EXPECT_EQ(sniff("RIFF\x10\0\0\0WEBPVP8 "sv), Format::kWebp);
  EXPECT_EQ(sniff("GIF89a"sv), Format::kGif);
  EXPECT_EQ(sniff("II*\0"sv), Format::kTiff);
  EXPECT_EQ(sniff("\0\0\0\x18"
                  "ftypheic\0\0\0\0mif1heic"sv),
            Format::kHeic);
  EXPECT_EQ(sniff("\0\0\0\x1c"
                  "ftypmif1\0\0\0\0mif1avifmiaf"sv),
            Format::kAvif);
  EXPECT_EQ(sniff("BM is how a text may begin"sv), Format::kUnknown);
  EXPECT_EQ(sniff("<html>"sv), Format::kUnknown);
  EXPECT_EQ(sniff(""sv), Format::kUnknown);
}

TEST(Sniff, ReadsTheClaimOfAName) {
  EXPECT_EQ(format_of_name("a/b.JPeG"), Format::kJpeg);
  EXPECT_EQ(format_of_name("a.png/b"), Format::kUnknown);
  EXPECT_EQ(format_of_name("noext"), Format::kUnknown);
  EXPECT_EQ(format_of_name(".tiff"), Format::kTiff);
}

TEST(Decode, NamesWhatIsNotDecodedAndHowToFixIt) {
  Pixels pixels;
  const Outcome heic = decode(
      "\0\0\0\x18"
      "ftypheic\0\0\0\0mif1heic"sv,
      {}, pixels);
  EXPECT_EQ(heic.status, DecodeStatus::kUnsupported);
  EXPECT_NE(heic.detail.find("heif-convert"), std::string::npos);
  EXPECT_EQ(decode("", {}, pixels).status, DecodeStatus::kNotAnImage);
  EXPECT_EQ(decode("<html>not found</html>", {}, pixels).status, DecodeStatus::kNotAnImage);
}

TEST(Decode, ChecksTheLimitBeforeDecoding) {
  const std::string file = surefoot::testing::draw_bmp(1, 0, 0, 30, 20);
  Header header;
  EXPECT_TRUE(read_header(file, 600, header).ok());
  EXPECT_EQ(header.stored, (Size{30, 20}));
  EXPECT_EQ(read_header(file, 599, header).status, DecodeStatus::kTooLarge);
}

TEST(Exif, ReadsBothByteOrdersAndIgnoresImpossibleValues) {
  const auto little = [](char value) {
    return std::string("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 24) + value + std::string(7, '\0');
  };
  const auto big = [](char value) {
    return std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19) + value + std::string(6, '\0');
  };
  EXPECT_EQ(exif_orientation(little(6)), 6);
  EXPECT_EQ(exif_orientation(big(8)), 8);
  EXPECT_EQ(exif_orientation(little(9)), 0);
  EXPECT_EQ(exif_orientation(little(0)), 0);
  for (size_t kept = 0; kept < 25; ++kept) EXPECT_EQ(exif_orientation(little(6).substr(0, kept)), 0) << kept;
  EXPECT_EQ(exif_orientation("II*\0\xFF\xFF\xFF\xFF"sv), 0);
}

TEST(Exif, ReadsOrientationFromXmp) {
  EXPECT_EQ(xmp_orientation("<rdf tiff:Orientation=\"3\"/>"), 3);
  EXPECT_EQ(xmp_orientation("<tiff:Orientation>8</tiff:Orientation>"), 8);
  EXPECT_EQ(xmp_orientation("<tiff:Orientation>9<"), 0);
  EXPECT_EQ(xmp_orientation("tiff:Orientation"), 0);
}

/// A BMP file of 4 x 3 pixels with a palette of `colors` entries 0x10, 0x20, ...
std::string small_bmp(uint16_t bits, uint32_t compression, uint32_t colors, std::string_view data) {
  std::string file = "BM";
  const auto put = [&](uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
  };
  put(0, 8), put(54 + 4 * colors, 4), put(40, 4), put(4, 4), put(3, 4), put(1, 2), put(bits, 2), put(compression, 4),
      put(0, 12), put(colors, 4), put(0, 4);
  for (uint32_t i = 0; i < colors; ++i) put((i + 1) * 0x101010, 4);
  return file + std::string(data);
}

std::string first_channel(const Pixels& pixels) {
  std::string levels;
  for (size_t i = 0; i < pixels.rgb.size(); i += 3) levels += static_cast<char>('0' + pixels.rgb[i] / 16);
  return levels;
}

TEST(BmpDecoder, FollowsRunLengthsJumpsAndLiterals) {
  Pixels pixels;
  // Rows from below.
  ASSERT_TRUE(
      decode(small_bmp(8, 1, 4, "\x04\x01\0\0\0\x02\x01\0\0\x03\x02\x03\x01\0\0\0\x02\x02\0\x01"sv), {}, pixels).ok());
  EXPECT_EQ(first_channel(pixels),
            "3311"
            "1342"
            "2222");
  ASSERT_TRUE(decode(small_bmp(4, 2, 4, "\x04\x12\0\0\0\x04\x01\x23\0\0\x04\x30\0\x01"sv), {}, pixels).ok());
  EXPECT_EQ(first_channel(pixels),
            "4141"
            "1234"
            "2323");
}

TEST(BmpDecoder, DropsRunsOutsideAndCallsACutTruncated) {
  Pixels pixels;
  EXPECT_TRUE(decode(small_bmp(8, 1, 4, "\xFF\x01\0\x01"sv), {}, pixels).ok());
  EXPECT_TRUE(decode(small_bmp(8, 1, 4, "\0\x02\xFF\xFF\x09\x01\0\x01"sv), {}, pixels).ok());
  EXPECT_EQ(decode(small_bmp(8, 1, 4, "\x04\x01\0\0"sv), {}, pixels).status, DecodeStatus::kTruncated);
  EXPECT_EQ(decode(small_bmp(8, 0, 4, "\1\2\3"sv), {}, pixels).status, DecodeStatus::kTruncated);
  EXPECT_EQ(decode(small_bmp(9, 0, 0, "0123456789abcdefghijklmnopq"sv), {}, pixels).status, DecodeStatus::kUnsupported);
}

TEST(BmpDecoder, ReadsThePartThatIsAskedFor) {
  const std::string file = surefoot::testing::draw_bmp(1, 2, 3, 31, 17);
  Pixels whole, part;
  ASSERT_TRUE(decode(file, {}, whole).ok());
  EXPECT_EQ(whole.rgb, surefoot::testing::draw_pixels(1, 2, 3, 31, 17));
  const Rect rect{5, 2, 20, 9};
  ASSERT_TRUE(decode(file, {.crop = rect}, part).ok());
  EXPECT_EQ(part.rgb, cut(whole, rect).rgb);
}

TEST(GifLzw, TellsHowAStreamEnds) {
  std::array<uint8_t, 9> out{};
  size_t at = 0, done = 0;
  // Whole streams are compared with Pillow's; here the ends. Codes of three bits: clear (4), then 1 or end (5) or an
  // impossible 7.
  EXPECT_EQ(decode_lzw("\x01\x4C\0"sv, at, 2, out, done), LzwEnd::kDataEnded);
  at = 0;
  EXPECT_EQ(decode_lzw("\x01\x2C\0"sv, at, 2, out, done), LzwEnd::kEndCode);
  at = 0;
  EXPECT_EQ(decode_lzw("\x01\x3C\0"sv, at, 2, out, done), LzwEnd::kBadCode);
  at = 0;
  EXPECT_EQ(decode_lzw(""sv, at, 2, out, done), LzwEnd::kDataEnded);
}

}  // namespace
}  // namespace surefoot::image
