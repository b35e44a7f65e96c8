#include "surefoot/runs/run_store.h"

#include <gtest/gtest.h>

#include <cmath>

namespace surefoot::runs {
namespace {

Event step(int64_t at, double loss) {
  return {.t = static_cast<double>(at), .step = at, .event = "step", .fields = {{"loss", loss}}};
}
Event eval(int64_t at, const std::string& weights, double top1) {
  return {.step = at, .event = "eval", .fields = {{"weights", weights}, {"top1", top1}, {"epoch", at / 10}}};
}

std::vector<std::pair<int64_t, double>> losses(const RunRecord& record) {
  std::vector<std::pair<int64_t, double>> out;
  for (const StepPoint& point : record.steps) out.emplace_back(point.step, point.loss);
  return out;
}

TEST(RunStore, LetsARepeatedStepReplaceWhatFollowedIt) {
  RunRecorder recorder;
  for (int i = 1; i <= 5; ++i) recorder.add(step(10 * i, i));
  recorder.add(step(30, 33));
  recorder.add(step(40, 44));
  EXPECT_EQ(losses(recorder.record()), (std::vector<std::pair<int64_t, double>>{{10, 1}, {20, 2}, {30, 33}, {40, 44}}));
}

TEST(RunStore, DropsStepsThatAResumedRunDoesAgain) {
  RunRecorder recorder;
  for (int i = 1; i <= 5; ++i) recorder.add(step(10 * i, i));
  recorder.add(eval(50, "raw", 0.9));
  recorder.add({.step = 20, .event = "run_started"});
  EXPECT_EQ(losses(recorder.record()).size(), 2u);
  EXPECT_TRUE(recorder.record().evals.empty());
}

TEST(RunStore, KeepsRawAndAveragedEvaluationsApartAndFindsTheBest) {
  RunRecorder recorder;
  EXPECT_EQ(recorder.record().best(), nullptr);
  recorder.add(eval(10, "raw", 0.5));
  recorder.add(eval(10, "ema", 0.4));
  recorder.add(eval(20, "raw", 0.5));
  recorder.add(eval(20, "ema", 0.7));
  EXPECT_EQ(recorder.record().evals.size(), 2u);
  EXPECT_EQ(recorder.record().ema_evals.size(), 2u);
  EXPECT_EQ(recorder.record().best(), &recorder.record().ema_evals[1]);
}

TEST(RunStore, NamesEachBadPictureOnceAndCountsEveryEvent) {
  RunRecorder recorder;
  for (const char* path : {"a", "b", "a"})
    recorder.add({.event = "bad_picture", .fields = {{"path", std::string(path)}, {"why", std::string("cut")}}});
  EXPECT_EQ(recorder.record().bad_pictures.size(), 2u);
  EXPECT_EQ(recorder.record().counts.at("bad_picture"), 3);
}

TEST(RunStore, CollectsIncidents) {
  RunRecorder recorder;
  recorder.add({.step = 4, .event = "warning", .fields = {{"message", std::string("hot")}}});
  recorder.add({.step = 5, .event = "scaler", .fields = {{"reason", std::string("grown")}}});
  recorder.add({.step = 6, .event = "scaler", .fields = {{"reason", std::string("overflow")}}});
  ASSERT_EQ(recorder.record().incidents.size(), 2u);
  EXPECT_EQ(recorder.record().incidents[0].message, "hot");
  EXPECT_EQ(recorder.record().incidents[1].step, 6);
}

TEST(RunStore, IsFinishedUntilItIsStartedAgain) {
  RunRecorder recorder;
  recorder.add({.step = 9, .event = "run_finished"});
  EXPECT_TRUE(recorder.record().is_finished());
  recorder.add({.step = 9, .event = "run_started"});
  EXPECT_FALSE(recorder.record().is_finished());
}

}  // namespace
}  // namespace surefoot::runs
