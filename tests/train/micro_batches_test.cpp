#include "surefoot/train/micro_batches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace surefoot::train {
namespace {

TEST(BatchNormGroups, DifferByAtMostOneAndAreNeverBelowTwo) {
  for (int64_t count = 2; count <= 300; ++count) {
    for (int64_t group = 0; group <= 70; group += group < 4 ? 1 : 3) {
      if (group == 1) continue;
      const auto sizes = batch_norm_groups(count, group);
      ASSERT_EQ(std::accumulate(sizes.begin(), sizes.end(), int64_t{0}), count);
      const auto [low, high] = std::minmax_element(sizes.begin(), sizes.end());
      ASSERT_LE(*high - *low, 1) << count << " " << group;
      ASSERT_GE(*low, 2) << count << " " << group;
      if (group >= 2 && count % 2 == 0) {
        ASSERT_LE(*high, std::max<int64_t>(group, 3)) << count << " " << group;
      }
    }
  }
}

TEST(BatchNormGroups, ZeroMeansTheWholeBatch) { EXPECT_EQ(batch_norm_groups(70, 0), std::vector<int64_t>{70}); }

TEST(BatchNormGroups, ARaggedBatchIsCutEvenly) {
  EXPECT_EQ(batch_norm_groups(70, 32), (std::vector<int64_t>{24, 23, 23}));
}

TEST(CutBatch, MicroBatchesAreWholeGroupsWhateverTheirSize) {
  for (const int64_t micro : {1, 32, 64, 70, 96, 1000}) {
    std::vector<int64_t> groups;
    int64_t next = 0;
    for (const MicroBatch& part : cut_batch(150, 32, micro)) {
      EXPECT_EQ(part.first, next);
      EXPECT_EQ(std::accumulate(part.groups.begin(), part.groups.end(), int64_t{0}), part.count);
      EXPECT_TRUE(part.count <= micro || part.groups.size() == 1);
      groups.insert(groups.end(), part.groups.begin(), part.groups.end());
      next += part.count;
    }
    EXPECT_EQ(groups, batch_norm_groups(150, 32)) << "the groups depend on the micro-batch " << micro;
  }
}

TEST(CutBatch, WithoutBatchNormAGroupMayBeCut) {
  for (const int64_t micro : {1, 3, 8, 31, 32, 64}) {
    int64_t next = 0, largest = 0;
    for (const MicroBatch& part : cut_batch(70, 32, micro, /*groups_matter=*/false)) {
      EXPECT_EQ(part.first, next);
      next += part.count;
      largest = std::max(largest, part.count);
    }
    EXPECT_EQ(next, 70);
    EXPECT_LE(largest, micro);
    EXPECT_GE(2 * largest, std::min<int64_t>(micro, 32)) << "cut smaller than it must be";
  }
}

}  // namespace
}  // namespace surefoot::train
