// 173 real odd and broken files, each with its expected outcome.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <map>

#include "surefoot/base/files.h"
#include "surefoot/base/philox.h"
#include "surefoot/image/examine.h"
#include "testing/temporary_folder.h"
#include "testing/test_data.h"

namespace surefoot::image {
namespace {

struct Difference {
  DecodeStatus ours;
  const char* reason;
};

/// Where we decide otherwise than Pillow, file by file.
const std::map<std::string, Difference>& accepted_differences() {
  static const std::map<std::string, Difference> kDifferences = {
      {"12bit.cropped.tif", {DecodeStatus::kUnsupported, "12-bit samples are not read"}},
      {"16_bit_binary_pgm.tiff", {DecodeStatus::kUnsupported, "32-bit integer samples are not read"}},
      {"tiff_strip_cmyk_16l_jpeg.tif", {DecodeStatus::kUnsupported, "16-bit CMYK is not read"}},
      {"bitrot.jpg", {DecodeStatus::kCorrupt, "damaged Huffman codes leave bytes over; Pillow shows the damage"}},
      {"hopper_bad_exif.jpg", {DecodeStatus::kCorrupt, "1214 bytes too many in a restart interval: visible stripes"}},
      {"corrupt_xcsn0g01.png",
       {DecodeStatus::kCorrupt, "an IDAT checksum is wrong; Pillow does not check the last one"}},
      {"truncated_jpeg.jpg", {DecodeStatus::kOk, "only half of the end marker is missing: every pixel is there"}},
  };
  return kDifferences;
}

/// First field, and the `pillow13_decode` column, of each line. Quoted fields may hold commas and doubled quotes.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines(1, std::vector<std::string>(1));
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
      lines.back().back() += text[i++];
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && c == ',')
      lines.back().emplace_back();
    else if (!quoted && c == '\n')
      lines.emplace_back(1);
    else if (c != '\r')
      lines.back().back() += c;
  }
  return lines;
}

class OddPictures : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::unpack_data("odd_a.tar", folder_.path())) GTEST_SKIP() << "skipped: no data";
    lines_ = parse_csv(real_files().read(testing::data_file("odd_a.expected.csv")));
  }
  std::string read(const std::string& name) { return real_files().read(folder_.path("odd_a/" + name)); }
  testing::TemporaryFolder folder_;
  std::vector<std::vector<std::string>> lines_;
};

TEST_F(OddPictures, HaveTheExpectedOutcomes) {
  int files = 0, differences = 0;
  for (size_t i = 1; i < lines_.size(); ++i) {
    const auto& line = lines_[i];
    if (line.size() < 13) continue;
    ++files;
    const std::string &name = line[0], &pillow = line[11];
    const std::string bytes = read(name);
    Pixels pixels;
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = decode(bytes, {}, pixels);
    EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(), 10) << name;
    SCOPED_TRACE(name + ": " + status_name(outcome.status) + " " + outcome.detail + "; Pillow: " + pillow);
    EXPECT_EQ(outcome.ok(), outcome.detail.empty());
    if (const auto found = accepted_differences().find(name); found != accepted_differences().end()) {
      ++differences;
      EXPECT_EQ(outcome.status, found->second.ours) << found->second.reason;
    } else if (pillow.starts_with("bomb")) {
      EXPECT_EQ(outcome.status, DecodeStatus::kTooLarge);
    } else {
      EXPECT_EQ(outcome.ok(), pillow == "ok");
    }
    Pixels examined;
    Header header;
    Damage damage;
    const Outcome strict = examine(bytes, {}, examined, header, damage);
    EXPECT_EQ(strict.status, name == "truncated_jpeg.jpg" ? DecodeStatus::kTruncated : outcome.status) << strict.detail;
    if (outcome.ok()) {
      EXPECT_TRUE(examined.rgb == pixels.rgb);
      EXPECT_EQ(damage.lost_share, 0);
    }
    EXPECT_EQ(damage.trailing_bytes, name == "trailing_junk.jpg" ? 5000u : name == "two_in_one.jpg" ? 129584u : 0u);
    if (!outcome.ok() || line[6].empty()) continue;
    const Size stored{std::stoi(line[6]), std::stoi(line[7])}, turned{stored.height, stored.width},
        got{pixels.width, pixels.height};
    const std::string& orientation = line[10];
    EXPECT_TRUE(got == (orientation >= "5" && orientation <= "8" ? turned : stored)) << got.width << "x" << got.height;
  }
  EXPECT_EQ(files, 173);
  EXPECT_EQ(differences, static_cast<int>(accepted_differences().size()));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  EXPECT_LT(usage.ru_maxrss, 700 * 1024) << "KiB; the largest honest picture is 162 MB of RGB";
#endif
}

TEST_F(OddPictures, AreTheSameInParts) {
  for (size_t i = 1; i < lines_.size(); ++i) {
    if (lines_[i].size() < 13) continue;
    const std::string bytes = read(lines_[i][0]);
    Pixels whole, part;
    if (!decode(bytes, {}, whole).ok() || whole.width < 4 || whole.height < 4 || whole.width > 4000) continue;
    const Rect rect{whole.width / 3, whole.height / 4, whole.width / 2, whole.height / 2};
    ASSERT_TRUE(decode(bytes, {.crop = rect}, part).ok()) << lines_[i][0];
    for (int y = 0; y < rect.height; ++y) {
      ASSERT_TRUE(std::equal(part.row(y), part.row(y) + rect.width * 3, whole.row(rect.y + y) + rect.x * 3))
          << lines_[i][0] << " row " << y;
    }
  }
}

TEST_F(OddPictures, SurviveCutsAndFlippedBytes) {
  for (size_t i = 1; i < lines_.size(); ++i) {
    if (lines_[i].size() < 13) continue;
    const std::string bytes = read(lines_[i][0]);
    if (bytes.empty() || bytes.size() > 60000 || lines_[i][0].starts_with("big_")) continue;
    Philox random(1, Purpose::kSynthetic, 0, i);
    for (int trial = 0; trial < 6; ++trial) {
      std::string hostile = bytes.substr(0, trial % 2 ? bytes.size() : 1 + random.below(bytes.size()));
      for (int k = 0; k < trial; ++k)
        hostile[random.below(std::min<uint64_t>(hostile.size(), k % 2 ? hostile.size() : 200))] =
            static_cast<char>(random.below(256));
      Pixels pixels;
      const Outcome outcome = decode(hostile, {.max_pixels = 4000000}, pixels);
      EXPECT_LE(static_cast<uint64_t>(pixels.width) * static_cast<uint64_t>(pixels.height), 4000000u) << outcome.detail;
    }
  }
}

}  // namespace
}  // namespace surefoot::image
