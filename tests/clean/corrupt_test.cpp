#include <gtest/gtest.h>

#include <algorithm>

#include "surefoot/clean/detector.h"

namespace surefoot::clean {
namespace {
using image::DecodeStatus;
using image::Format;

Picture picture(const std::string& path, DecodeStatus status, Format format = Format::kJpeg) {
  Picture made;
  made.size_bytes = 1000;
  made.path = path;
  made.content = std::string(32, 'a');
  made.named_picture = image::format_of_name(path) != Format::kUnknown;
  made.facts.status = status;
  made.facts.format = format;
  made.facts.width = made.facts.height = 100;
  made.facts.detail = "why";
  return made;
}

std::vector<Finding> findings_of(Picture made) {
  Collection collection;
  collection.pictures.push_back(std::move(made));
  CleanOptions options;
  CleanResults results;
  DetectorContext context{options, results, nullptr, [](const std::string&, double) {}};
  find_detector("corrupt").run(collection, context);
  return results.findings;
}

Finding only_finding_of(const Picture& made) {
  const auto findings = findings_of(made);
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? Finding{} : findings[0];
}

TEST(Corrupt, AWholePictureUnderItsOwnNameIsFine) {
  EXPECT_TRUE(findings_of(picture("roses/a.jpg", DecodeStatus::kOk)).empty());
  EXPECT_TRUE(findings_of(picture("roses/a.JPEG", DecodeStatus::kOk)).empty());
  EXPECT_TRUE(findings_of(picture("roses/a.b.tiff", DecodeStatus::kOk, Format::kTiff)).empty());
}

TEST(Corrupt, TruncationSaysTheShareLostAndMoreOfItIsSurer) {
  Picture cut = picture("a.jpg", DecodeStatus::kTruncated);
  cut.facts.lost_share = 0.41;
  const Finding some = only_finding_of(cut);
  EXPECT_EQ(some.issue, "corrupt");
  EXPECT_EQ(some.severity, Severity::kHigh);
  EXPECT_EQ(some.detail, "truncated: 41 % lost: why");
  cut.facts.lost_share = 0.9;
  EXPECT_GT(only_finding_of(cut).score, some.score);
  cut.facts.lost_share = 0.0004;
  EXPECT_EQ(only_finding_of(cut).detail, "truncated: 0.1 % lost: why");
}

TEST(Corrupt, AMissingEndMarkerThatCostsNothingIsNotTakenAway) {
  const Finding found = only_finding_of(picture("a.jpg", DecodeStatus::kTruncated));
  EXPECT_EQ(found.severity, Severity::kMedium);
  EXPECT_EQ(found.detail, "truncated, nothing of the picture is lost: why");
}

TEST(Corrupt, DamageCountsWarnings) {
  Picture bad = picture("a.jpg", DecodeStatus::kCorrupt);
  bad.facts.warnings = 3;
  bad.facts.lost_share = 0.25;
  EXPECT_EQ(only_finding_of(bad).detail, "damaged stream: 3 warnings, 25 % in doubt: why");
  EXPECT_EQ(only_finding_of(bad).severity, Severity::kHigh);
  bad.facts.lost_share = 1;
  EXPECT_EQ(only_finding_of(bad).detail, "unreadable: why");
}

TEST(Corrupt, AFileThatTheDiskDoesNotGiveIsNotRubbish) {
  Picture unread = picture("a.jpg", DecodeStatus::kCorrupt);
  unread.content.clear();
  EXPECT_EQ(only_finding_of(unread).severity, Severity::kMedium);
}

TEST(Corrupt, OtherFilesAreHighOnlyUnderAPicturesName) {
  const Finding page = only_finding_of(picture("a.jpg", DecodeStatus::kNotAnImage, Format::kUnknown));
  EXPECT_EQ(page.issue, "not-an-image");
  EXPECT_EQ(page.severity, Severity::kHigh);
  for (const char* name : {"notes.txt", ".DS_Store", "Thumbs.db"})
    EXPECT_EQ(only_finding_of(picture(name, DecodeStatus::kNotAnImage, Format::kUnknown)).severity, Severity::kLow);
}

TEST(Corrupt, AnEmptyFileUnderAPicturesNameIsADamagedPicture) {
  Picture empty = picture("a.jpg", DecodeStatus::kNotAnImage, Format::kUnknown);
  empty.size_bytes = 0;
  const Finding found = only_finding_of(empty);
  EXPECT_EQ(found.issue, "corrupt");
  EXPECT_EQ(found.severity, Severity::kHigh);
}

TEST(Corrupt, WrongExtensionsSayTheRightOne) {
  EXPECT_EQ(only_finding_of(picture("a.jpg", DecodeStatus::kOk, Format::kPng)).detail,
            "a PNG file named .jpg; it should end in .png");
  EXPECT_EQ(only_finding_of(picture("x.y/a", DecodeStatus::kOk)).detail,
            "a JPEG file without an extension; it should end in .jpg");
  EXPECT_EQ(only_finding_of(picture("a.jpg", DecodeStatus::kOk, Format::kWebp)).issue, "wrong-extension");
}

TEST(Corrupt, LimitsOfTheDecoderAreNotTheFilesFault) {
  for (const DecodeStatus status : {DecodeStatus::kUnsupported, DecodeStatus::kTooLarge}) {
    const Finding found = only_finding_of(picture("a.heic", status, Format::kHeic));
    EXPECT_EQ(found.issue, "unsupported");
    EXPECT_EQ(found.severity, Severity::kMedium);
    EXPECT_EQ(found.detail, "why");
  }
}

TEST(Corrupt, AnAppendedFileIsForInformation) {
  Picture two = picture("a.jpg", DecodeStatus::kOk);
  two.facts.trailing_bytes = 8;
  EXPECT_TRUE(findings_of(two).empty());
  two.facts.trailing_bytes = 5000;
  EXPECT_EQ(only_finding_of(two).severity, Severity::kLow);
}

TEST(Corrupt, ReferencesAreNeverListed) {
  Picture reference = picture("a.jpg", DecodeStatus::kCorrupt);
  reference.reference = true;
  EXPECT_TRUE(findings_of(reference).empty());
}

}  // namespace
}  // namespace surefoot::clean
