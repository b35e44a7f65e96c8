#pragma once
// The book that a dry run keeps: what was taken and given back when, in which phase, by which block of the model.
#include <cstdint>
#include <vector>

#include "surefoot/plan/dry_run.h"

namespace surefoot::plan {

enum class Stage { kWeights, kEma, kInput, kForward, kBackward, kOptimizer, kEvaluation };

/// Not thread-safe.
class Ledger {
 public:
  uint32_t taken(int64_t bytes);
  void freed(uint32_t allocation);

  void enter(Stage stage) { stage_ = stage; }
  Stage stage() const { return stage_; }
  /// -1: none.
  void enter_block(int32_t block) { block_ = block; }
  int32_t block() const { return block_; }
  /// Adds to the block that is running, by stage.
  void count_flops(double flops);

  int64_t live_bytes() const { return live_; }
  size_t now() const { return trace_.size(); }
  /// Bytes that `block` took since `begin` and still holds.
  int64_t held_by(int32_t block, size_t begin) const;

  /// Everything about the step from `begin` to `end` (places in the trace), which is the last of two equal ones, and
  /// about the evaluation behind it. @param names of the blocks
  DryRun conclude(size_t begin, size_t end, const std::vector<std::string>& names) const;
  /// Flops and kept bytes are counted from here on.
  void begin_costs(size_t blocks);
  void note_kept(int32_t block, int64_t bytes);

 private:
  struct Entry {
    int64_t bytes;
    int32_t block;
    Stage stage;
  };
  struct Lives {  // places in the trace
    size_t begin, end;
  };
  std::vector<Lives> lives() const;
  Holder holder_of(const Entry& entry, Lives life, size_t peak, size_t step_end) const;
  void attribute(DryRun& run, size_t peak, size_t step_end) const;

  std::vector<Entry> entries_;
  std::vector<TraceEvent> trace_;
  std::vector<Stage> stages_;  // of each place in the trace
  std::vector<BlockCost> costs_;
  double other_flops_ = 0;
  int64_t live_ = 0;
  Stage stage_ = Stage::kWeights;
  int32_t block_ = -1;
};

}  // namespace surefoot::plan
