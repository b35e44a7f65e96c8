#include "surefoot/data/worker_tuner.h"

#include <gtest/gtest.h>

namespace surefoot::data {
namespace {

TEST(WorkerTuner, adds_threads_while_the_consumer_waits_up_to_the_cores) {
  WorkerTuner tuner(8);
  EXPECT_EQ(tuner.advise(1, 0.1, 0), 2);
  EXPECT_EQ(tuner.advise(2, 0.9, 0), 4) << "a starved consumer doubles them";
  EXPECT_EQ(tuner.advise(8, 0.9, 0), 8);
}

TEST(WorkerTuner, takes_a_thread_away_when_most_of_them_wait_but_never_the_last) {
  WorkerTuner tuner(8);
  EXPECT_EQ(tuner.advise(4, 0, 0.8), 3);
  EXPECT_EQ(tuner.advise(1, 0, 1.0), 1);
}

TEST(WorkerTuner, leaves_a_balanced_pipeline_alone) {
  WorkerTuner tuner(8);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(tuner.advise(3, 0.02, 0.4), 3);
}

TEST(WorkerTuner, a_load_between_two_sizes_does_not_make_it_swing_for_ever) {
  WorkerTuner tuner(8);
  int threads = 3, changes = 0;
  for (int i = 0; i < 1000; ++i) {  // two threads are a little too few, three are a lot too many
    const int advised = threads <= 2 ? tuner.advise(threads, 0.06, 0) : tuner.advise(threads, 0, 0.6);
    changes += advised != threads ? 1 : 0;
    threads = advised;
  }
  EXPECT_LT(changes, 24);
}

}  // namespace
}  // namespace surefoot::data
