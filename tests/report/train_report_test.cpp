#include "surefoot/report/train_report.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "report/sample_run.h"
#include "surefoot/base/files.h"

namespace surefoot::report {
namespace {

size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(TrainReport, ShowsEveryPart) {
  const std::string html = render_train_report(testing::sample_report());
  for (const char* part :
       {"resnet18 on flowers", "Validation accuracy", "Loss", "Learning rate", "Speed", "Waiting for data", "Memory",
        "Worst mistakes", "Confusions", "Classes", "What happened", "Using the model", "Recipe", "finished"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(count(html, "<img "), 12u);
  // For people who want to look at it: SUREFOOT_KEEP_REPORT names a file.
  if (const char* keep = std::getenv("SUREFOOT_KEEP_REPORT")) real_files().create(keep)->append(html);
}

TEST(TrainReport, TellsWhatWasLostAndWhatWasRehearsed) {
  const std::string quiet = render_train_report(testing::sample_report());
  EXPECT_EQ(quiet.find("rehearsed"), std::string::npos);
  EXPECT_EQ(quiet.find("progress that was kept"), std::string::npos);
  runs::RunRecorder recorder;
  recorder.add({.t = 100, .step = 0, .event = "run_started"});
  recorder.add({.t = 150, .step = 50, .event = "step"});
  recorder.add({.t = 150, .step = 50, .event = "chaos", .fields = {{"why", std::string("kill at step 51")}}});
  recorder.add({.t = 150,
                .step = 50,
                .event = "crashed",
                .fields = {{"kind", std::string("killed")}, {"what", std::string("the training process was killed")}}});
  recorder.add({.t = 160, .step = 25, .event = "run_started"});
  recorder.add({.t = 200, .step = 65, .event = "step"});
  TrainReport report = testing::sample_report();
  report.run = recorder.take();
  const std::string html = render_train_report(report);
  for (const char* part : {"faults were rehearsed", "rehearsed: kill at step 51", "the training process was killed",
                           "65.0%", "10s between processes", "25s in steps that were done again"})
    EXPECT_NE(html.find(part), std::string::npos) << part;
}

TEST(TrainReport, LoadsNothingAndRunsNothing) {
  const std::string html = render_train_report(testing::sample_report());
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  for (const char* forbidden :
       {"<script", "http://", "https://", "<link", "<iframe", "@import", "url(", " onload", " onclick"})
    EXPECT_EQ(html.find(forbidden), std::string::npos) << forbidden;
}

TEST(TrainReport, DisarmsHostileNamesEverywhere) {
  const std::string hostile = "\"><script>alert(1)</script><img src=x onerror='x'>\n&\xff\xfe\x1b[2J</style></title>";
  TrainReport report = testing::sample_report(3, 2);
  const std::string harmless = render_train_report(report);
  report.title = hostile;
  report.recipe_yaml = hostile;
  for (std::string& name : report.classes) name = hostile;
  for (WorstMistake& mistake : report.worst) mistake.path = hostile, mistake.thumbnail = hostile;
  report.choices = {{hostile, hostile, hostile}};
  report.facts = {{hostile, hostile}};
  report.eval.interpolation = hostile;
  for (auto& [name, value] : report.run.started.fields) {
    if (std::holds_alternative<std::string>(value)) value = hostile;
  }
  for (auto& incident : report.run.incidents) incident.event = incident.message = hostile;
  for (auto& bad : report.run.bad_pictures) bad.path = bad.why = hostile;
  for (auto& e : report.run.resolved) e.fields = {{"key", hostile}, {"value", hostile}, {"why", hostile}};
  const std::string html = render_train_report(report);
  EXPECT_GT(count(html, "&lt;script&gt;"), 20u);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("<img"), std::string::npos) << "a thumbnail that is none must not reach the page";
  EXPECT_EQ(count(html, "</style>"), 1u);
  EXPECT_EQ(count(html, "</title>"), count(harmless, "</title>"));
  EXPECT_EQ(html.find('\x1b'), std::string::npos);
  EXPECT_EQ(html.find('\xff'), std::string::npos);
}

TEST(TrainReport, CopesWithAnEmptyRun) {
  const std::string html = render_train_report({});
  EXPECT_NE(html.find("Training run"), std::string::npos);
  EXPECT_NE(html.find("not finished"), std::string::npos);
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

TEST(TrainReport, StaysSmallWithTenThousandClasses) {
  TrainReport report = testing::sample_report(10000, 1);
  const std::string html = render_train_report(report);
  EXPECT_LT(html.size(), size_t{16} << 20);
  EXPECT_NE(html.find("the 30 with the most mistakes"), std::string::npos);
  EXPECT_NE(html.find("The other 9960 classes"), std::string::npos);
}

TEST(TrainReport, LeavesOutMistakesOfClassesThatDoNotExist) {
  TrainReport report = testing::sample_report(3, 1);
  report.confusion[{7, 99}] = 5;
  report.worst[0].label = 77;
  EXPECT_NE(render_train_report(report).find("class 77"), std::string::npos);
}

}  // namespace
}  // namespace surefoot::report
