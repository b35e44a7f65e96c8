#pragma once
// What a run can give up, rung by rung, when memory is short, and take back later. Pure arithmetic over the footing.
#include <cstdint>
#include <optional>
#include <string>

#include "surefoot/config/recipe.h"
#include "surefoot/plan/footing.h"

namespace surefoot::train {

/// Neutral: bit-identical. Rounding: the same sums in another order. Semantic: something else is learnt.
enum class ChangeKind { kNeutral, kRounding, kSemantic };
const char* change_name(ChangeKind kind);

/// Something that was done about memory.
struct MemoryAction {
  std::string action;  // "micro_batch", "recompute", ...
  ChangeKind kind = ChangeKind::kNeutral;
  std::string before, after, why;
};

/// Where memory ran out: each rung frees only one kind.
enum class Shortage {
  kBatches,      // host memory of batches on their way
  kActivations,  // forward and backward
  kMachine,      // likewise, where the machine itself is full: on the CPU batches ready take from the same memory
  kUpdate,       // gradients and the optimiser's state: no rung makes them smaller
};

/// Holds no state of its own. The rungs in their order: fewer batches ready, compute norms and activations again,
/// compute whole blocks again, let activations wait outside the device, cut the batch smaller. One that the recipe
/// forbids is not there.
class MemoryLadder {
 public:
  /// @param blocks         of the model
  /// @param groups_matter  a batch norm learns from groups: no micro-batch is cut below one
  MemoryLadder(const config::Recipe& recipe, size_t blocks, bool groups_matter)
      : recipe_(recipe), blocks_(blocks), groups_matter_(groups_matter) {}
  /// What the recipe asks for: where a run starts, and what it grows back to.
  plan::Footing start() const;
  /// One rung down, done to `footing`; empty where nothing is left to give up.
  /// @param batch  pictures in the batch
  std::optional<MemoryAction> down(plan::Footing& footing, Shortage shortage, int64_t batch) const;
  /// One rung up again, at most to `ceiling`, the dearest first; empty where it stands there.
  std::optional<MemoryAction> up(plan::Footing& footing, const plan::Footing& ceiling) const;
  bool groups_matter() const { return groups_matter_; }

 private:
  std::optional<MemoryAction> less_prefetch(plan::Footing& footing) const;
  std::optional<MemoryAction> recompute_more(plan::Footing& footing) const;
  std::optional<MemoryAction> offload(plan::Footing& footing) const;
  std::optional<MemoryAction> smaller_micro_batch(plan::Footing& footing, int64_t batch) const;
  std::optional<MemoryAction> larger_micro_batch(plan::Footing& footing, int64_t ceiling) const;
  std::optional<MemoryAction> recompute_less(plan::Footing& footing, const plan::Footing& ceiling) const;
  int64_t largest_part(int64_t batch, int64_t micro_batch) const;

  const config::Recipe& recipe_;
  size_t blocks_;
  bool groups_matter_;
};

}  // namespace surefoot::train
