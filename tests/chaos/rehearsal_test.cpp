#include "surefoot/chaos/rehearsal.h"

#include <gtest/gtest.h>

namespace surefoot::chaos {
namespace {

using Entries = std::vector<int64_t>;

Rehearsal rehearsal() {
  return Rehearsal(parse_plan(
      "- {at_step: 3, fault: kill}\n- {every_steps: 2, fault: slow_disk}\n- {at_second: 1.5, fault: heat}\n", "plan"));
}

TEST(Rehearsal, EachFaultHappensAtItsMomentAndOnce) {
  Rehearsal r = rehearsal();
  EXPECT_EQ(r.due(1, 0), Entries{});
  EXPECT_EQ(r.due(2, 0.5), Entries{1});
  EXPECT_EQ(r.due(2, 0.6), Entries{}) << "the same step, tried again";
  EXPECT_EQ(r.due(3, 1.6), (Entries{0, 2}));
  EXPECT_EQ(r.due(4, 2), Entries{1});
  EXPECT_EQ(r.due(5, 9), Entries{});
}

TEST(Rehearsal, WhatAnEarlierProcessDidIsNotDoneAgain) {
  Rehearsal r = rehearsal();
  r.mark_done(0, 3);
  r.mark_done(1, 2);
  r.mark_done(77, 1);  // of another plan
  EXPECT_EQ(r.due(2, 0), Entries{}) << "the step is repeated, its fault is not";
  EXPECT_EQ(r.due(3, 0), Entries{});
  EXPECT_EQ(r.due(4, 0), Entries{1});
}

TEST(Rehearsal, AStepThatWasPassedMeanwhileIsMadeUpFor) {
  Rehearsal r = rehearsal();
  EXPECT_EQ(r.due(5, 0), Entries{0}) << "a run that resumes beyond it, or skips it, still gets its fault";
}

}  // namespace
}  // namespace surefoot::chaos
