#pragma once
// Which blocks compute what again: the least extra time within a budget. Exact for a chain of blocks whose costs add up
// (a dynamic program over the bytes kept so far), which ResNets and ViTs are to within what a dry run then confirms.
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "surefoot/nn/recompute.h"
#include "surefoot/plan/dry_run.h"
#include "surefoot/plan/speed.h"

namespace surefoot::plan {

constexpr size_t kLevels = 3;  // of nn::Recompute

/// A block at each level.
struct BlockLevels {
  std::array<int64_t, kLevels> kept{};  // bytes that a micro-batch leaves behind for the backward
  std::array<int64_t, kLevels> work{};  // most that is live while the block runs, beside what the blocks before it keep
  std::array<double, kLevels> seconds{};  // a picture, more than at kNone
};

/// A chain of blocks, as three dry runs of the same step describe it: nothing, what is cheap, every block computed
/// again.
class BlockChain {
 public:
  /// @param uniform  by level  @param pictures  in the step, and in a micro-batch
  BlockChain(const std::array<const DryRun*, kLevels>& uniform, const Speed& speed, int64_t batch, int64_t micro_batch);

  /// Highest live bytes with these levels, as far as costs add up.
  int64_t peak(const std::vector<nn::Recompute>& levels) const;
  double extra_seconds(const std::vector<nn::Recompute>& levels) const;
  /// Levels of least extra time whose peak is at most `budget`; of equal time the lower ones. Empty where there are
  /// none. Never kBlock for the last block: its backward comes first, when all else is still held.
  std::optional<std::vector<nn::Recompute>> within(int64_t budget) const;
  const std::vector<BlockLevels>& blocks() const { return blocks_; }

 private:
  std::vector<BlockLevels> blocks_;
  int64_t after_ = 0;   // live while what is behind the last block runs, beside what the blocks keep
  int64_t always_ = 0;  // live at some instant whatever the levels are
};

}  // namespace surefoot::plan
