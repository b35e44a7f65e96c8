#include "surefoot/clean/outputs.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/clean/output_rows.h"
#include "surefoot/clean/quarantine.h"
#include "surefoot/clean/settled.h"
#include "surefoot/clean/summary.h"
#include "surefoot/data/csv.h"
#include "testing/faulty_files.h"

namespace surefoot::clean {
namespace {

const std::string kHostile("a/=cmd|'\n\",\xff.jpg");

Picture picture(const std::string& path, int label, Part part, const std::string& content) {
  Picture made{.path = path, .label = label, .part = part, .size_bytes = 100, .content = content};
  made.facts.format = image::Format::kJpeg;
  made.facts.width = 640, made.facts.height = 480;
  made.facts.measured = true;
  made.facts.resolution.effective_share = 0.5;
  return made;
}

struct Example {
  Collection collection{.root = "/data", .classes = {"a", "b"}, .has_parts = true};
  CleanResults results;
  RunFacts facts{.command = "surefoot clean /data", .sandbox = "none", .seconds = 2, .measured = 3, .checks = {"look"}};
  Example() {
    collection.pictures = {picture(kHostile, 0, Part::kTrain, "c1"), picture("b/1.jpg", 1, Part::kTrain, "c2"),
                           picture("b/2.jpg", 1, Part::kValidation, "c2"),
                           picture("b/note.txt", 1, Part::kTrain, "c3")};
    collection.pictures[3].facts = {};
    collection.pictures[3].named_picture = false;
    results.findings = {{kHostile, "blurry", Severity::kLow, 0.25, "", "detail with \"quotes\", and a\nline"},
                        {kHostile, "dark", Severity::kHigh, 1, "", ""},
                        {"b", "imbalance", Severity::kLow, 0.5, "", "few"},
                        {"b/2.jpg", "exact-duplicate", Severity::kHigh, 1, "b/1.jpg", ""},
                        {"b/2.jpg", "leak", Severity::kHigh, 1, "b/1.jpg", ""}};
    CopyGroup group{.kept = 1, .reason = "first"};
    group.members = {{.picture = 2, .level = CopyLevel::kBytes}};
    results.groups = {group};
    results.notes = {"a note"};
    results.facts = {{"mine", "[1, 2]"}};
    results.sampler_weights = {1, 3, 1, 3};
    results.spot_checks = {{.picture = 1, .random = true, .edge = 0.5, .cluster = 2}};
  }
};

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) all.push_back(line);
  return all;
}

/// What any reader of RFC 4180 finds in findings.csv, names as they were.
std::vector<Finding> findings_in(const std::string& text) {
  data::CsvReader csv(text, "findings.csv", ErrorCode::kDataList);
  std::vector<std::string> fields;
  std::vector<Finding> findings;
  for (csv.next(fields); csv.next(fields);) {
    const auto is_its_name = [&](Severity severity) { return fields.at(2) == severity_name(severity); };
    const Severity severity = is_its_name(Severity::kLow)      ? Severity::kLow
                              : is_its_name(Severity::kMedium) ? Severity::kMedium
                                                               : Severity::kHigh;
    findings.push_back({unescape_csv_field(fields[0]), fields[1], severity, std::stod(fields.at(3)),
                        unescape_csv_field(fields.at(4)), unescape_csv_field(fields.at(5))});
  }
  return findings;
}

TEST(Outputs, FindingsReadBackAsTheyWere) {
  testing::FaultyFiles files;
  files.make_folder("/out");
  Example run;
  write_outputs(files, "/out", run.collection, run.results, run.facts);
  EXPECT_EQ(findings_in(files.read("/out/findings.csv")), run.results.findings);
  // One line a finding although a name and a detail hold line breaks, and no formula for a spreadsheet.
  const auto rows = lines(files.read("/out/findings.csv"));
  ASSERT_EQ(rows.size(), 6u);
  EXPECT_EQ(rows[0], "path,issue,severity,score,related,detail");
  EXPECT_EQ(rows[4], "b/2.jpg,exact-duplicate,high,1,b/1.jpg,");
}

TEST(Outputs, EveryLineOfFindingsIsJson) {
  testing::FaultyFiles files;
  files.make_folder("/out");
  Example run;
  write_outputs(files, "/out", run.collection, run.results, run.facts);
  const auto rows = lines(files.read("/out/findings.jsonl"));
  ASSERT_EQ(rows.size(), 5u);
  const auto first = nlohmann::json::parse(rows[0]), of_class = nlohmann::json::parse(rows[2]);
  EXPECT_EQ(first["label"], "a");
  EXPECT_EQ(first["width"], 640);
  EXPECT_EQ(first["score"], 0.25);
  EXPECT_EQ(first["path"], "a/=cmd|'\\x0a\",\\xff.jpg");
  EXPECT_EQ(first.size(), of_class.size());
}

TEST(Outputs, PicturesHaveAColumnPairForEachIssue) {
  testing::FaultyFiles files;
  files.make_folder("/out");
  Example run;
  write_outputs(files, "/out", run.collection, run.results, run.facts);
  const auto rows = lines(files.read("/out/pictures.csv"));
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_TRUE(rows[0].starts_with(
      "path,label,part,width,height,size_bytes,format,effective_width,effective_height,group,is_corrupt_issue,corrupt_score,"));
  EXPECT_NE(rows[0].find(",is_near_duplicate_issue,near_duplicate_score,"), std::string::npos);
  EXPECT_TRUE(rows[2].starts_with("b/1.jpg,b,train,640,480,100,JPEG,320,240,0,False,1,")) << rows[2];
  EXPECT_NE(rows[3].find(",True,0,"), std::string::npos);  // as cleanlab: 0 is the worst
}

TEST(Outputs, OtherRows) {
  testing::FaultyFiles files;
  files.make_folder("/out");
  Example run;
  write_outputs(files, "/out", run.collection, run.results, run.facts);
  EXPECT_EQ(files.read("/out/groups.csv"),
            "group,path,kept,kind,score\n0,b/1.jpg,True,kept,1\n0,b/2.jpg,False,bytes,1\n");
  EXPECT_EQ(lines(files.read("/out/sampler.csv")).back(), "b/1.jpg,3");
  EXPECT_EQ(lines(files.read("/out/sampler.csv")).size(), 3u);
  EXPECT_EQ(files.read("/out/spot_check.csv"), "path,label,random,edge,cluster\nb/1.jpg,b,True,0.5,2\n");
  run.results.sampler_weights.clear();
  run.results.spot_checks.clear();
  write_outputs(files, "/out", run.collection, run.results, run.facts);
  EXPECT_FALSE(files.exists("/out/sampler.csv"));  // an earlier run's
  EXPECT_FALSE(files.exists("/out/spot_check.csv"));
}

TEST(Outputs, TheSummaryCountsPictures) {
  testing::FaultyFiles files;
  files.make_folder("/out");
  Example run;
  write_outputs(files, "/out", run.collection, run.results, run.facts);
  const auto summary = nlohmann::json::parse(files.read("/out/summary.json"));
  EXPECT_EQ(summary["files"], 4);
  EXPECT_EQ(summary["pictures"], 3);
  EXPECT_EQ(summary["issues"]["dark"]["high"], 1);
  EXPECT_EQ(summary["issues"].size(), 5u);
  EXPECT_EQ(summary["severity"]["high"], 2);
  EXPECT_EQ(summary["severity"]["none"], 2);
  EXPECT_EQ(summary["classes"]["b"]["pictures"], 2);
  EXPECT_EQ(summary["classes"]["b"]["without_copies"], 1);
  EXPECT_EQ(summary["duplicates"]["exact"], 1);
  EXPECT_EQ(summary["leak"]["of"], 1);
  EXPECT_EQ(summary["leak"]["share"], 1);
  EXPECT_EQ(summary["images_per_second"], 2);
  EXPECT_EQ(summary["facts"]["mine"][1], 2);
}

TEST(Outputs, AtAnyPowerCutTheSummaryIsNotAheadOfTheRest) {
  Example earlier, later;
  later.results.findings.pop_back();
  for (uint64_t cut = 0;; ++cut) {
    testing::FaultyFiles files;
    files.make_folder("/out");
    write_outputs(files, "/out", earlier.collection, earlier.results, earlier.facts);
    files.cut_power_after(cut);
    bool finished = true;
    try {
      write_outputs(files, "/out", later.collection, later.results, later.facts);
    } catch (const Error&) {
      finished = false;
    }
    files.restart(testing::UnsyncedNames::kKept);
    if (files.exists("/out/summary.json") && cut > 0) {
      EXPECT_EQ(findings_in(files.read("/out/findings.csv")).size(), 4u) << cut;
    }
    if (finished) break;
  }
}

TEST(Settled, APersonsWordWins) {
  Example run;
  run.collection.pictures[0].facts.pixels_hash = "p1";
  const auto left = [&](std::vector<Decision> decisions) {
    auto findings = run.results.findings;
    forget_settled(findings, decisions, run.collection);
    return findings.size();
  };
  EXPECT_EQ(left({}), 5u);
  EXPECT_EQ(left({{.content = "c1", .issue = "dark"}}), 4u);
  EXPECT_EQ(left({{.content = "c1"}}), 3u);
  EXPECT_EQ(left({{.content = "re-tagged", .pixels = "p1"}}), 3u);
  EXPECT_EQ(left({{.content = "c1", .choice = Choice::kRemove}}), 5u);
  EXPECT_EQ(left({{.content = "c2", .issue = "leak", .choice = Choice::kKeepBoth, .related = "c2"}}), 4u);
  EXPECT_EQ(left({{.content = "c2", .issue = "leak", .choice = Choice::kKeepBoth, .related = "another"}}), 5u);
  EXPECT_EQ(left({{.content = "c1", .issue = "dark", .choice = Choice::kRelabel, .label = "b"}}), 5u);
  EXPECT_EQ(left({{.content = "c1", .issue = "dark", .choice = Choice::kRelabel, .label = "a"}}),
            4u);  // it lies there by now
}

TEST(Settled, RejectedContentIsRecognisedButNeverTheKeptOneOfItsCopies) {
  Example run;
  run.results.findings.clear();
  std::vector<Decision> decisions = {{.path = kHostile, .choice = Choice::kRemove},
                                     {.path = "b/2.jpg", .choice = Choice::kRemove}};
  complete_decisions(decisions, run.collection, run.results.groups);
  EXPECT_EQ(decisions[0].content, "c1");
  EXPECT_EQ(decisions[1].issue, "exact-duplicate");
  CleanOptions options;
  DetectorContext context{options, run.results, nullptr, {}, decisions};
  find_detector("remembered").run(run.collection, context);
  ASSERT_EQ(run.results.findings.size(), 1u);
  EXPECT_EQ(run.results.findings[0].path, kHostile);
  EXPECT_EQ(run.results.findings[0].issue, "rejected-before");
}

TEST(Decisions, WrittenAsTheyAreRead) {
  testing::FaultyFiles files;
  files.make_folder("/out");
  const std::vector<Decision> decisions = {
      {.content = "c1", .path = kHostile, .issue = "dark", .choice = Choice::kRelabel, .label = "-x", .related = "c2"}};
  write_decisions_csv(files, "/out/decisions.csv", decisions);
  EXPECT_EQ(read_decisions(files, "/out/decisions.csv"), decisions);
}

}  // namespace
}  // namespace surefoot::clean
