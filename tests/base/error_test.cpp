#include "surefoot/base/error.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>

namespace surefoot {
namespace {

TEST(ErrorCatalogue, IdsAreUniqueAndWellFormed) {
  std::set<std::string_view> ids;
  for (const ErrorInfo& info : all_errors()) {
    EXPECT_TRUE(ids.insert(info.id).second) << info.id << " is used twice";
    EXPECT_TRUE(std::regex_match(std::string(info.id), std::regex("SF-[A-Z]{3,4}-[0-9]{3}"))) << info.id;
    EXPECT_FALSE(info.summary.empty()) << info.id;
    EXPECT_EQ(error_info(info.code).id, info.id);
  }
}

TEST(ErrorCatalogue, ExitCodesFollowTheContract) {
  for (const ErrorInfo& info : all_errors()) {
    EXPECT_TRUE((std::set{2, 3, 4, 5, 6, 70}).contains(info.exit_code)) << info.id << " " << info.exit_code;
  }
}

TEST(ErrorCatalogue, EveryCodeIsExplainedInTheDocs) {
  std::ifstream in(SUREFOOT_SOURCE_DIR "/docs/errors.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  ASSERT_FALSE(page.empty());
  for (const ErrorInfo& info : all_errors()) {
    const std::string row = "| " + std::string(info.id) + " | " + std::to_string(info.exit_code) + " | " +
                            std::string(info.summary) + " | ";
    EXPECT_NE(page.find(row), std::string::npos) << "docs/errors.md lacks a row that starts: " << row;
  }
}

TEST(Error, SaysWhatWhyAndHowToFixIt) {
  const Error error(ErrorCode::kDiskFull, "cannot write a", "No space left", "free some");
  EXPECT_STREQ(error.what(), "error[SF-ENV-003] cannot write a\n  why: No space left\n  fix: free some");
  EXPECT_EQ(error.exit_code(), 4);
}

TEST(Error, HostileNamesCannotSteerTheTerminal) {
  const Error error(ErrorCode::kFileRead, "cannot read \x1b]0;owned\a", "x\ny", "");
  EXPECT_STREQ(error.what(), "error[SF-ENV-001] cannot read \\x1b]0;owned\\x07\n  why: x\\x0ay");
}

TEST(CheckDeathTest, AFailedCheckPrintsTheClaimWithItsValuesAndAborts) {
  EXPECT_DEATH(SUREFOOT_CHECK(1 == 2, "1 and 2"), "SF-BUG-001.*1 == 2 \\(1 and 2\\)");
}

}  // namespace
}  // namespace surefoot
