#pragma once
// How an optimiser batch is cut: batch -> batch-norm groups -> micro-batches. Pure arithmetic, the same on every
// machine.
#include <cstdint>
#include <vector>

namespace surefoot::train {

/// A run of pictures of the batch that goes through the model at once.
struct MicroBatch {
  int64_t first = 0;            // position of its first picture in the batch
  int64_t count = 0;            // pictures
  std::vector<int64_t> groups;  // sizes of its batch-norm groups; they sum to count
};

/// Sizes of the batch-norm groups of a batch: as few groups of at most `group` pictures as possible, sizes differ by at
/// most one, none below 2 (unless the batch itself is smaller). @param group 0: the whole batch is one group
std::vector<int64_t> batch_norm_groups(int64_t count, int64_t group);

/// Micro-batches of at most `micro_batch` pictures, each a whole number of groups (at least one group, even where that
/// is larger). The groups do not depend on `micro_batch`, so cutting differently changes no statistics.
/// @param groups_matter  false where no batch norm learns from the batch: then it is cut below a group, too
std::vector<MicroBatch> cut_batch(int64_t count, int64_t group, int64_t micro_batch, bool groups_matter = true);

}  // namespace surefoot::train
