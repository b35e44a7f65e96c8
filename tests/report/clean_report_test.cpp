#include "surefoot/report/clean_report.h"

#include <gtest/gtest.h>

#include <regex>

#include "report/sample_clean_report.h"
#include "surefoot/base/files.h"
#include "surefoot/report/clean_report_data.h"
#include "surefoot/report/html.h"
#include "testing/temporary_folder.h"

namespace surefoot::report {
namespace {

std::string page_of(const CleanReport& report) {
  testing::TemporaryFolder folder;
  const auto file = real_files().create(folder.path("report.html"));
  write_clean_report(report, *file);
  file->close();
  return real_files().read(folder.path("report.html"));
}

size_t count(const std::string& text, std::string_view word) {
  size_t found = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

TEST(ScriptString, CannotLeaveItsScriptElement) {
  EXPECT_EQ(script_string("</script><!-- &"), "\"\\u003c/script\\u003e\\u003c!-- \\u0026\"");
  EXPECT_EQ(script_string("a\xE2\x80\xA8\x62\xE2\x80\xA9"), "\"a\\u2028b\\u2029\"");
  EXPECT_EQ(script_string("\xff\n\"\\"), "\"\\\\xff\\\\x0a\\\"\\\\\\\\\"") << "printable first, then JSON";
  EXPECT_EQ(script_string("café"), "\"café\"");
}

TEST(PolicyHash, IsTheBase64OfTheDigest) {
  // SHA-256 of nothing, FIPS 180-4; its base64 as the CSP specification writes it.
  EXPECT_EQ(policy_hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}

TEST(CleanRowJson, NamesKindsByPositionAndUnknownOnesByName) {
  CleanReport report;
  report.kinds = {{"blank", "", ""}, {"dark", "", ""}};
  CleanRow row{.path = "a/b.jpg",
               .label = "a",
               .part = "val",
               .content = "0f",
               .width = 4,
               .height = 3,
               .size_bytes = 12345678901,
               .group = 7,
               .kept = true,
               .group_score = 0.5,
               .group_kind = "crop"};
  row.issues = {{"dark", "low", "", "d", 0.25}, {"new-check", "high", "x", "", NAN}};
  EXPECT_EQ(clean_row_json(report, row),
            "[\"a/"
            "b.jpg\",\"a\",\"val\",\"0f\",4,3,0,0,0,12345678901,7,1,0.5,\"crop\",\"\",[[1,\"low\",0.25,\"\",\"d\"],["
            "\"new-check\",\"high\",null,\"x\",\"\"]]]");
}

TEST(CleanReportPage, HostileNamesAddNoElement) {
  CleanReport plain = testing::sample_clean_report(1300), hostile = plain;
  size_t renamed = 0;
  for (CleanRow& row : plain.rows) {
    for (const std::string& name : testing::hostile_names()) {
      if (row.path.ends_with("/" + name)) row.path = "a/" + std::to_string(++renamed) + ".jpg";
    }
  }
  ASSERT_EQ(renamed, 2 * testing::hostile_names().size());
  hostile.title = plain.title = "t";
  const std::string a = page_of(plain), b = page_of(hostile);
  for (const char* word : {"<script", "</script", "<!--", "<img", "<"})
    EXPECT_EQ(count(a, word), count(b, word)) << word;
  EXPECT_EQ(count(b, "\xff"), 0u);
}

TEST(CleanReportPage, AllowsItsOwnScriptAlone) {
  const std::string page = page_of(testing::sample_clean_report(40));
  std::smatch policy;
  ASSERT_TRUE(std::regex_search(page, policy, std::regex("Content-Security-Policy\" content=\"([^\"]*)\"")));
  EXPECT_TRUE(policy[1].str().starts_with("default-src 'none';")) << policy[1];
  EXPECT_EQ(policy[1].str().find("unsafe"), std::string::npos) << policy[1];
  EXPECT_EQ(policy[1].str().find("http"), std::string::npos) << policy[1];
  EXPECT_EQ(count(page, "<script>"), 1u);
  EXPECT_EQ(count(page, "<style>"), 1u);
  for (const char* word : {" onclick=", " onload=", " onerror=", "src=\"http", "href=\"http", "innerHTML",
                           "insertAdjacentHTML", "document.write", "eval("}) {
    EXPECT_EQ(count(clean_page().script + clean_page().markup, word), 0u) << word;
  }
}

TEST(CleanReportPage, ThumbnailsStopAtTheBudgetAndOnlyJpegsAreTaken) {
  CleanReport report = testing::sample_clean_report(200);
  for (CleanRow& row : report.rows) row.group = -1;
  std::vector<size_t> asked;
  report.thumbnail = [&](size_t i) {
    asked.push_back(i);
    return i == 3 ? std::string("<svg onload=1>") : "\xFF\xD8" + std::string(298, 'x');  // 400 characters of base64
  };
  report.thumbnail_budget_bytes = 400 * 100 + 300;
  const std::string page = page_of(report);
  EXPECT_EQ(count(page, "\"/9h4"), 100u);
  EXPECT_EQ(asked.size(), 101u) << "100 that fit, one that is no JPEG; the others are not read";
  EXPECT_TRUE(std::is_sorted(asked.begin(), asked.end()));
}

TEST(CleanReportPage, CopiesComeFirstWhereTheBudgetIsShort) {
  CleanReport report = testing::sample_clean_report(400);
  for (size_t i = 0; i < report.rows.size(); ++i) report.rows[i].group = i >= 350 ? 1 : -1;
  std::vector<size_t> asked;
  report.thumbnail = [&](size_t i) {
    asked.push_back(i);
    return "\xFF\xD8" + std::string(298, 'x');
  };
  report.thumbnail_budget_bytes = 400 * 60;
  const std::string page = page_of(report);
  EXPECT_EQ(count(page, "\"/9h4"), 60u);
  EXPECT_EQ(std::count_if(asked.begin(), asked.end(), [](size_t i) { return i >= 350; }), 50) << "all copies";
}

TEST(CleanReportPage, WorksForAnEmptyRun) {
  CleanReport report;
  const std::string page = page_of(report);
  EXPECT_NE(page.find("\"rows\":0,"), std::string::npos);
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

}  // namespace
}  // namespace surefoot::report
