#include <chrono>
#include <thread>

#include "data/data_fixture.h"
#include "surefoot/base/clock.h"

namespace surefoot::data {
namespace {

/// The machine's clock, forty times as fast: tuning intervals pass in milliseconds.
class FastClock final : public Clock {
 public:
  double now() const override { return 40 * real_clock().now(); }
  double wall() const override { return real_clock().wall(); }
  void sleep(double seconds) const override { real_clock().sleep(seconds); }
};

TEST_F(LoaderFixture, threads_follow_what_the_consumer_takes_in_a_live_run_and_change_no_batch) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "skipped: one core";
  options.workers = 1;
  const auto expected = take(*make(), 40);
  options.workers = 0;
  const FastClock fast;
  const Sampler sampler(manifest->indices(Split::kTrain), options.seed);
  options.training = true;
  const auto loader = make_loader(files, *manifest, Split::kTrain, sampler, options, plain_batch_allocator(), fast);
  EXPECT_EQ(loader->counters().threads, 1);
  // A consumer that does nothing but take waits all the time.
  std::vector<BatchCopy> taken = take(*loader, 40);
  EXPECT_EQ(taken, expected);
  const double deadline = real_clock().now() + 60;
  while (loader->counters().threads < 2 && real_clock().now() < deadline) loader->next();
  EXPECT_GE(loader->counters().threads, 2);
  // One that takes its time leaves the threads without work.
  while (loader->counters().threads > 1 && real_clock().now() < deadline) {
    loader->next();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(loader->counters().threads, 1);
}

}  // namespace
}  // namespace surefoot::data
