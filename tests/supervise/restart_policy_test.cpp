#include "surefoot/supervise/restart_policy.h"

#include <gtest/gtest.h>

namespace surefoot::supervise {
namespace {

TEST(RestartPolicy, WaitsLongerEachTimeAndEnds) {
  RestartPolicy policy(8, -1);
  double before = 0;
  for (int64_t attempt = 1; attempt <= 8; ++attempt) {
    const Decision decision = policy.decide({.step = attempt, .checkpoint = -1});
    ASSERT_TRUE(decision.restart);
    EXPECT_EQ(decision.attempt, attempt);
    EXPECT_TRUE(decision.wait_seconds > before || decision.wait_seconds == 60);
    before = decision.wait_seconds;
  }
  EXPECT_EQ(before, 60);
  const Decision last = policy.decide({.step = 100, .checkpoint = -1});
  EXPECT_FALSE(last.restart);
  EXPECT_NE(last.why.find("8 restarts"), std::string::npos);
}

TEST(RestartPolicy, ANewerCheckpointForgetsWhatWasBefore) {
  RestartPolicy policy(2, 10);
  for (int64_t step = 11; step < 60; ++step) {
    const Decision decision = policy.decide({.step = step, .checkpoint = step});
    ASSERT_TRUE(decision.restart) << step;
    EXPECT_EQ(decision.attempt, 1);
    EXPECT_EQ(decision.wait_seconds, 0.5);
  }
  EXPECT_TRUE(policy.decide({.step = 61, .checkpoint = 59}).restart);
  EXPECT_FALSE(policy.decide({.step = 62, .checkpoint = 59}).restart)
      << "the checkpoint of a resumed run is no progress";
}

TEST(RestartPolicy, TheSecondCrashAtTheSameStepIsTheLast) {
  RestartPolicy policy(5, -1);
  EXPECT_TRUE(policy.decide({.step = 33, .checkpoint = 30}).restart);
  const Decision again = policy.decide({.step = 33, .checkpoint = 30});
  EXPECT_FALSE(again.restart);
  EXPECT_NE(again.why.find("step 33"), std::string::npos);
}

TEST(RestartPolicy, SoIsTheSecondBeforeTheFirstStep) {
  RestartPolicy policy(5, -1);
  EXPECT_TRUE(policy.decide({}).restart);
  EXPECT_FALSE(policy.decide({}).restart);
}

TEST(RestartPolicy, TheSameStepAfterProgressIsAnotherStory) {
  RestartPolicy policy(5, -1);
  EXPECT_TRUE(policy.decide({.step = 33, .checkpoint = 30}).restart);
  EXPECT_TRUE(policy.decide({.step = 33, .checkpoint = 32}).restart);
}

TEST(RestartPolicy, AWishWithProgressIsFree) {
  RestartPolicy policy(1, -1);
  for (int64_t step = 100; step < 2000; step += 100) {
    const Decision decision = policy.decide({.step = step, .checkpoint = step, .is_wish = true});
    ASSERT_TRUE(decision.restart);
    EXPECT_EQ(decision.wait_seconds, 0);
    EXPECT_EQ(decision.attempt, 0);
  }
  EXPECT_TRUE(policy.decide({.step = 1950, .checkpoint = 1900, .is_wish = true}).restart)
      << "one without progress counts like a crash";
  EXPECT_FALSE(policy.decide({.step = 1951, .checkpoint = 1900, .is_wish = true}).restart);
}

TEST(RestartPolicy, ZeroMeansNever) {
  RestartPolicy policy(0, -1);
  const Decision decision = policy.decide({.step = 3, .checkpoint = 2});
  EXPECT_FALSE(decision.restart);
  EXPECT_NE(decision.why.find("guards.restarts is 0"), std::string::npos);
}

}  // namespace
}  // namespace surefoot::supervise
