#pragma once
// What a dry run tells: how many bytes a training step holds at once, who holds them, and everything that a planner
// needs to say what another footing would cost. Numbers only.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace surefoot::plan {

/// Who holds bytes at an instant.
enum class Holder { kWeights, kGradients, kOptimizer, kEma, kActivations, kInput, kTemporary };
constexpr size_t kHolders = 7;
/// "weights", "gradients", "optimizer", "ema", "activations", "input", "temporary".
const char* holder_name(Holder holder);

/// One block of memory of the device, from taking to giving back.
struct Allocation {
  int64_t bytes = 0;
  int32_t block = -1;  // of the model whose forward took it, place in `DryRun::blocks`; -1: outside any
};

/// An allocation begins or ends. Replaying these through a model of an allocator tells what it reserves.
struct TraceEvent {
  uint32_t allocation = 0;  // place in `DryRun::allocations`
  bool frees = false;
};

/// One block of the model over one optimiser step.
struct BlockCost {
  std::string name;           // of Model::block_names()
  int64_t kept_bytes = 0;     // most that one micro-batch left behind for the backward
  double forward_flops = 0;   // of convolutions, matrix products and attention, over the whole batch, multiply-add = 2
  double backward_flops = 0;  // likewise, with what is computed again
};

struct DryRun {
  /// Highest live bytes of a step that is not the first: the optimiser's state is there.
  int64_t predicted_peak_bytes = 0;
  /// Highest live bytes while one batch is evaluated.
  int64_t evaluation_peak_bytes = 0;
  /// Live bytes between two steps: weights, averages, optimiser.
  int64_t resident_bytes = 0;
  /// Live bytes at the peak by holder; they sum to `predicted_peak_bytes`.
  std::array<int64_t, kHolders> at_peak{};
  /// Activations at the peak by block, as `blocks`; the last entry is what no block holds (stem, head, loss).
  std::vector<int64_t> activations_at_peak;
  /// In which phase of the step the peak is: "forward", "backward", "optimizer".
  std::string peak_phase;
  std::vector<BlockCost> blocks;
  /// Of the whole step: blocks, and what is outside them.
  double step_flops = 0;

  std::vector<Allocation> allocations;
  std::vector<TraceEvent> trace;                         // building the model, two steps, one evaluation batch
  size_t second_step_begins = 0, evaluation_begins = 0;  // places in `trace`
};

}  // namespace surefoot::plan
