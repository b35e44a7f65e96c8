#include "surefoot/plan/caching_allocator.h"

#include <gtest/gtest.h>

#include <vector>

#include "surefoot/base/philox.h"
#include "surefoot/plan/dry_run.h"

namespace surefoot::plan {
namespace {

constexpr int64_t kMiB = int64_t{1} << 20;

TEST(CachingAllocator, RoundsRequestsAndReservesWholeSegments) {
  CachingAllocator a;
  a.allocate(0, 1);
  EXPECT_EQ(a.allocated_bytes(), 512);
  EXPECT_EQ(a.reserved_bytes(), 2 * kMiB);
  a.allocate(1, kMiB + 1);  // above 1 MiB: from a 20 MiB segment
  EXPECT_EQ(a.allocated_bytes(), 512 + kMiB + 512);
  EXPECT_EQ(a.reserved_bytes(), 22 * kMiB);
  a.allocate(2, 11 * kMiB + 5);  // fits what is left of it
  EXPECT_EQ(a.reserved_bytes(), 22 * kMiB);
  a.allocate(3, 25 * kMiB + 1);  // a segment of its own, rounded to 2 MiB
  EXPECT_EQ(a.reserved_bytes(), 48 * kMiB);
  a.allocate(4, 0);
  EXPECT_EQ(a.reserved_bytes(), 48 * kMiB);
  a.free(4);
}

TEST(CachingAllocator, SmallAndLargeDoNotShareSegments) {
  CachingAllocator a;
  a.allocate(0, 4 * kMiB);
  a.allocate(1, 1000);
  EXPECT_EQ(a.reserved_bytes(), 22 * kMiB);
}

TEST(CachingAllocator, TakesTheSmallestBlockThatFits) {
  CachingAllocator a;
  a.allocate(0, 40 * kMiB), a.allocate(1, 30 * kMiB);
  a.free(0), a.free(1);
  a.allocate(2, 28 * kMiB);  // of the 30 MiB block
  a.allocate(3, 40 * kMiB);
  EXPECT_EQ(a.reserved_bytes(), 70 * kMiB);
}

TEST(CachingAllocator, DoesNotCutOffALargeBlocksLastMegabyte) {
  CachingAllocator a;
  a.allocate(0, 30 * kMiB);
  a.free(0);
  a.allocate(1, 29 * kMiB);  // 1 MiB is left: it stays with the block
  EXPECT_EQ(a.allocated_bytes(), 30 * kMiB);
  a.free(1);
  a.allocate(2, 29 * kMiB - 512);
  EXPECT_EQ(a.allocated_bytes(), 29 * kMiB - 512);
}

TEST(CachingAllocator, JoinsFreeNeighboursSoThatAHoleServesALargerRequest) {
  CachingAllocator a;
  for (uint32_t i = 0; i < 4; ++i) a.allocate(i, 5 * kMiB);  // fill one segment of 20 MiB
  EXPECT_EQ(a.reserved_bytes(), 20 * kMiB);
  a.free(1), a.free(2);
  a.allocate(4, 10 * kMiB - 512);
  EXPECT_EQ(a.reserved_bytes(), 20 * kMiB) << "two neighbours of 5 MiB are one hole of 10";
  a.free(0), a.free(3), a.free(4);
  a.release_cached();
  EXPECT_EQ(a.reserved_bytes(), 0);
}

TEST(CachingAllocator, AFragmentedSegmentMakesItReserveMoreThanLives) {
  CachingAllocator a;
  for (uint32_t i = 0; i < 4; ++i) a.allocate(i, 5 * kMiB);
  a.free(0), a.free(2);  // 10 MiB are free, in two holes
  a.allocate(4, 9 * kMiB);
  EXPECT_EQ(a.reserved_bytes(), 40 * kMiB);
  EXPECT_EQ(a.peak_allocated_bytes(), 20 * kMiB);
}

TEST(CachingAllocator, ExpandableSegmentsGrowByPagesInstead) {
  CachingAllocator a({.expandable_segments = true});
  for (uint32_t i = 0; i < 4; ++i) a.allocate(i, 25 * kMiB);
  EXPECT_EQ(a.reserved_bytes(), 100 * kMiB);
  a.free(3);
  a.allocate(4, 33 * kMiB);  // the free end becomes longer
  EXPECT_EQ(a.reserved_bytes(), 120 * kMiB);
}

/// Random traces: what holds for every allocator, whatever the order.
TEST(CachingAllocator, NeverReservesLessThanLivesAndEndsEmpty) {
  for (const bool expandable : {false, true}) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      Philox random(seed, Purpose::kSynthetic, 0, 0);
      CachingAllocator a({.expandable_segments = expandable});
      std::vector<std::pair<uint32_t, int64_t>> live;
      int64_t bytes = 0;
      for (uint32_t i = 0; i < 2000; ++i) {
        if (!live.empty() && random.below(2) == 0) {
          const size_t at = random.below(live.size());
          a.free(live[at].first), bytes -= live[at].second;
          live.erase(live.begin() + static_cast<ptrdiff_t>(at));
        } else {
          live.emplace_back(i, static_cast<int64_t>(random.below(uint64_t{1} << (8 + random.below(19)))) + 1);
          a.allocate(i, live.back().second), bytes += live.back().second;
        }
        ASSERT_GE(a.allocated_bytes(), bytes);
        ASSERT_GE(a.reserved_bytes(), a.allocated_bytes());
        ASSERT_EQ(a.reserved_bytes() % (2 * kMiB), 0);
      }
      for (const auto& [id, size] : live) a.free(id);
      EXPECT_EQ(a.allocated_bytes(), 0);
      a.release_cached();
      // An expandable segment is one block then; the pools give it back as well.
      EXPECT_EQ(a.reserved_bytes(), 0);
    }
  }
}

TEST(ReservedBytes, AreThoseOfTheSecondStepWithTheCachesOfTheFirst) {
  DryRun run;
  run.allocations = {{.bytes = 50 * kMiB}, {.bytes = 30 * kMiB}, {.bytes = 28 * kMiB}, {.bytes = 500 * kMiB}};
  run.trace = {{0, false}, {1, false}, {1, true},
               {2, false}, {2, true},  {3, false}};  // weights; step 1; step 2; evaluation
  run.second_step_begins = 3;
  run.evaluation_begins = 5;
  EXPECT_EQ(reserved_bytes(run), 80 * kMiB);
}

}  // namespace
}  // namespace surefoot::plan
