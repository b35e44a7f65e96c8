#include "surefoot/runs/time_spent.h"

#include <gtest/gtest.h>

namespace surefoot::runs {
namespace {

Event at(double t,
         int64_t step,
         const std::string& event,
         std::vector<std::pair<std::string, FieldValue>> fields = {}) {
  return {.t = t, .step = step, .event = event, .fields = std::move(fields)};
}

TimeAccount account(const std::vector<Event>& events) {
  TimeAccount account;
  for (const Event& event : events) account.add(event);
  return account;
}

TEST(TimeSpent, AQuietRunIsAllEffective) {
  const TimeAccount quiet =
      account({at(100, 0, "run_started"), at(110, 10, "step"), at(120, 20, "step"), at(121, 20, "run_finished")});
  EXPECT_EQ(quiet.spent().wall, 21);
  EXPECT_EQ(quiet.spent().effective(), 1);
  EXPECT_TRUE(quiet.incidents().empty());
  EXPECT_EQ(account({}).spent().effective(), 1);
}

TEST(TimeSpent, ACrashCostsTheStepsThatAreDoneAgainAndTheRestart) {
  // One step a second; a checkpoint of step 10 whose writing took 2 s; death at second 17; training again at second 20.
  const TimeAccount crashed =
      account({at(100, 0, "run_started"), at(105, 5, "step"), at(112, 10, "checkpoint", {{"seconds", 2.0}}),
               at(115, 15, "step"), at(117, 17, "crashed", {{"kind", std::string("segfault")}, {"lost_seconds", 7.0}}),
               at(117.5, 17, "restarted"), at(120, 10, "run_started"), at(120, 10, "run_resumed"), at(130, 20, "step"),
               at(130, 20, "run_finished")});
  EXPECT_DOUBLE_EQ(crashed.spent().repeated, 7);
  EXPECT_DOUBLE_EQ(crashed.spent().restarts, 3);
  EXPECT_DOUBLE_EQ(crashed.spent().effective(), 20.0 / 30);
  EXPECT_EQ(crashed.incidents(), (std::map<std::string, int64_t>{{"restarted", 1}, {"segfault", 1}}));
}

TEST(TimeSpent, AKillThatNobodySawIsSeenByTheNextStart) {
  const TimeAccount killed =
      account({at(100, 0, "run_started"), at(110, 10, "step"), at(150, 0, "run_started"), at(160, 10, "step")});
  EXPECT_DOUBLE_EQ(killed.spent().repeated, 10) << "there was no checkpoint";
  EXPECT_DOUBLE_EQ(killed.spent().restarts, 40);
  EXPECT_DOUBLE_EQ(killed.spent().effective(), 10.0 / 60);
}

TEST(TimeSpent, RollingBackCostsTheStepsSinceTheSnapshot) {
  const TimeAccount back =
      account({at(0.5, 0, "run_started"), at(10.5, 10, "step"), at(20.5, 20, "step"),
               at(20.5, 20, "rolled_back", {{"to", int64_t{15}}}), at(25.5, 20, "step"), at(30.5, 25, "step")});
  EXPECT_DOUBLE_EQ(back.spent().repeated, 5);
  EXPECT_DOUBLE_EQ(back.spent().restarts, 0);
  EXPECT_EQ(back.incidents().at("rolled_back"), 1);
}

TEST(TimeSpent, PausesAreLostAndGuardsAreNamed) {
  const TimeAccount hot =
      account({at(1, 0, "run_started"), at(11, 10, "step"),
               at(16, 10, "guard", {{"guard", std::string("thermal")}, {"lost_seconds", 5.0}}), at(21, 15, "step")});
  EXPECT_DOUBLE_EQ(hot.spent().paused, 5);
  EXPECT_DOUBLE_EQ(hot.spent().effective(), 0.75);
  EXPECT_EQ(hot.incidents().at("guard thermal"), 1);
}

TEST(TimeSpent, ARehearsedRunIsToldApart) {
  EXPECT_FALSE(account({at(1, 0, "run_started")}).rehearsed());
  EXPECT_TRUE(account({at(1, 0, "run_started"), at(2, 1, "chaos", {{"fault", std::string("kill")}})}).rehearsed());
}

}  // namespace
}  // namespace surefoot::runs
