// Divergence in real, small trainings: faults put into loss and gradients between backward and update.
#include "surefoot/train/safety/divergence.h"

#include <filesystem>

#include "train/small_training.h"

namespace surefoot::train {
namespace {

class DivergenceTest : public testing::SmallTraining {};

testing::Spoiler::Spoils at_steps(std::vector<int64_t> steps) {
  return [steps](int64_t step, int64_t attempt) {
    return attempt < 2 && std::find(steps.begin(), steps.end(), step) != steps.end();
  };
}

/// Statistics as after some hundred steps, so that a spike is one.
void know_the_usual(Session& s) {
  s.progress.divergence.loss = {.mean = 1.1, .variance = 0.04, .count = 300};
  s.progress.divergence.log_norm = {.mean = 1.5, .variance = 0.3, .count = 300};
  s.progress.divergence.start_loss = 1.1;
}

int64_t count(const std::map<std::string, int64_t>& events, const std::string& name) {
  const auto found = events.find(name);
  return found == events.end() ? 0 : found->second;
}

TEST_F(DivergenceTest, ACleanRunIsTheSameWithAndWithoutTheGuard) {
  const Outcome with = train("with");
  set("guards.divergence=false");
  const Outcome without = train("without");
  EXPECT_EQ(with.weights, without.weights);
  EXPECT_EQ(count(with.events, "divergence"), 0);
  EXPECT_FALSE(with.error);
}

TEST_F(DivergenceTest, ABatchWithANanIsSkippedAndNamedAtAnyStep) {
  for (const int64_t step : {0, 11, 23}) {
    const std::string out = "run" + std::to_string(step);
    const Outcome outcome = train(out, at_steps({step}));
    ASSERT_FALSE(outcome.error) << outcome.error->what();
    EXPECT_EQ(outcome.progress.step, 24);
    EXPECT_EQ(outcome.progress.updates, 23);
    EXPECT_EQ(count(outcome.events, "batch_skipped"), 1);
    EXPECT_EQ(count(outcome.events, "rolled_back"), 0);
    const auto event = events(out, "divergence").at(0);
    EXPECT_EQ(event.step, step);
    EXPECT_EQ(event.text("replay").find("same bits"), 0u) << event.text("replay");
    EXPECT_NE(event.text("why").find("the gradient is not finite"), std::string::npos);
    const std::string csv = real_files().read(join_path(folder_.path(out), "quarantined_batches.csv"));
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + recipe_.train.batch) << csv;
    EXPECT_NE(csv.find(".bmp"), std::string::npos);
  }
}

TEST_F(DivergenceTest, AFaultThatGoesIsOfTheHardwareAndChangesNothing) {
  const Outcome quiet = train("quiet");
  const Outcome spoilt =
      train("spoilt", [](int64_t step, int64_t attempt) { return attempt == 0 && (step == 3 || step == 20); });
  EXPECT_EQ(spoilt.weights, quiet.weights);
  EXPECT_EQ(spoilt.progress.updates, 24);
  ASSERT_EQ(count(spoilt.events, "divergence"), 2);
  EXPECT_EQ(events("spoilt", "divergence")[0].text("replay").find("different bits: of the hardware"), 0u);
  EXPECT_EQ(count(spoilt.events, "batch_skipped"), 0);
}

TEST_F(DivergenceTest, ASpikeIsFoundInOneStepAndSkipped) {
  const Outcome outcome = train("spike", at_steps({15}), 1000, know_the_usual);
  ASSERT_FALSE(outcome.error) << outcome.error->what();
  EXPECT_EQ(count(outcome.events, "batch_skipped"), 1);
  EXPECT_EQ(events("spike", "divergence").at(0).step, 15);
}

TEST_F(DivergenceTest, TroubleThatStaysLeadsBackAndPastTheBatchesBeforeIt) {
  set("train.max_steps=11");  // within the first epoch
  const Outcome outcome = train("back", at_steps({8, 9}));
  ASSERT_FALSE(outcome.error) << outcome.error->what();
  ASSERT_EQ(count(outcome.events, "rolled_back"), 1);
  EXPECT_EQ(events("back", "rolled_back")[0].number("to"), 5);
  EXPECT_EQ(count(outcome.events, "lr_lowered"), 0);
  EXPECT_EQ(count(outcome.events, "batch_skipped"), 1 + 5) << "step 8, then 5 to 9";
  // The same as a run that never saw these batches.
  const Outcome avoided = train("avoided", at_steps({}), NAN, [](Session& s) {
    s.progress.divergence.skip_from = 5, s.progress.divergence.skip_until = 10;
  });
  EXPECT_EQ(outcome.weights, avoided.weights);
  EXPECT_EQ(outcome.progress.updates, avoided.progress.updates);
}

TEST_F(DivergenceTest, TheSecondTimeTheRateIsHalvedTheThirdTimeItStopsAtTheLastGoodState) {
  const auto from_8_on = [](int64_t step, int64_t) { return step >= 8; };
  const Outcome outcome = train("stop", from_8_on);
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code(), ErrorCode::kNotFinite);
  EXPECT_EQ(outcome.error->exit_code(), 5);
  EXPECT_NE(outcome.error->fix().find("quarantined_batches.csv"), std::string::npos);
  EXPECT_EQ(count(outcome.events, "lr_lowered"), 1);
  EXPECT_EQ(count(outcome.events, "rolled_back"), 3) << "twice to try again, once to leave a good state";
  EXPECT_EQ(outcome.progress.step, 5);
  EXPECT_EQ(outcome.progress.lr_scale, 1);
  std::string good;
  train("quiet", at_steps({}), NAN, {}, [&](Session& s, int64_t step) {
    if (step == 5) good = hash_of(s);
  });
  EXPECT_EQ(outcome.weights, good);
}

TEST_F(DivergenceTest, WhereNothingSemanticMayBeDoneItStopsAndExplains) {
  set("guards.semantic=false");
  const Outcome outcome = train("run", at_steps({15}));
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code(), ErrorCode::kNotFinite);
  EXPECT_NE(outcome.error->fix().find("guards.semantic=true"), std::string::npos);
  EXPECT_EQ(outcome.progress.step, 15);
  EXPECT_EQ(count(outcome.events, "batch_skipped"), 0);
  EXPECT_EQ(outcome.progress.updates, 15);
}

// What a killed process leaves is a copy of its folder at that moment. Whatever that moment is, going on from there
// makes the same decisions and ends with the same bits.
TEST_F(DivergenceTest, AKilledRunDecidesTheSame) {
  set("checkpoint.every_steps=4");
  const std::vector<int64_t> kills = {6, 9, 14};
  std::map<int64_t, bool> killed;
  const auto copy_folder = [&](Session& s, int64_t step) {
    if (std::find(kills.begin(), kills.end(), step) == kills.end() || std::exchange(killed[step], true)) return;
    s.writer->wait();
    s.log->flush(true);
    std::filesystem::copy(folder_.path("whole"), folder_.path("killed" + std::to_string(step)),
                          std::filesystem::copy_options::recursive);
  };
  const auto spoils = at_steps({9, 10});
  const Outcome whole = train("whole", spoils, NAN, {}, copy_folder);
  ASSERT_FALSE(whole.error) << whole.error->what();
  ASSERT_EQ(count(whole.events, "rolled_back"), 1);
  const std::string csv = real_files().read(join_path(folder_.path("whole"), "quarantined_batches.csv"));
  for (const int64_t step : kills) {
    const std::string out = "killed" + std::to_string(step);
    const Outcome again = train(out, spoils);
    EXPECT_EQ(again.weights, whole.weights) << "killed at step " << step;
    EXPECT_EQ(again.progress.divergence.loss.mean, whole.progress.divergence.loss.mean);
    EXPECT_EQ(again.progress.updates, whole.progress.updates);
    EXPECT_EQ(real_files().read(join_path(folder_.path(out), "quarantined_batches.csv")), csv);
  }
}

TEST_F(DivergenceTest, OverflowsOfHalfPrecisionAreTheScalersBusiness) {
  set("train.precision=fp16");
  set("train.max_steps=3");
  const Outcome outcome = train("half", at_steps({1}), INFINITY);
  ASSERT_FALSE(outcome.error) << outcome.error->what();
  EXPECT_EQ(count(outcome.events, "divergence"), 0);
  EXPECT_GE(count(outcome.events, "scaler"), 1);
  const Outcome floor = train("floor", at_steps({1}), INFINITY, [](Session& s) { *s.scaler = optim::LossScaler(1); });
  EXPECT_EQ(count(floor.events, "divergence"), 1) << "there is nothing left to shrink";
}

}  // namespace
}  // namespace surefoot::train
