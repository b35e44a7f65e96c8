#pragma once
// How a run holds itself within its memory: what the planner chooses and what recovery changes.
#include <cstdint>
#include <string>
#include <vector>

#include "surefoot/nn/recompute.h"

namespace surefoot::plan {

/// Only `micro_batch` changes a bit of the result (the same sum in another order).
struct Footing {
  int64_t micro_batch = 0;               // pictures
  std::vector<nn::Recompute> recompute;  // a level per block of the model; empty: nothing is computed again
  bool offload = false;                  // activations wait in host memory
  int64_t prefetch = 0;                  // batches held ready
  int64_t eval_batch = 0;                // pictures in one evaluation forward
  bool operator==(const Footing&) const = default;
};

/// The levels that memory.recompute asks for of so many blocks: "block" leaves the last one at kCheap, because its
/// backward comes first, when all else is still held; "0122" holds a digit a block (none, cheap, block); "auto" and
/// "none": empty. Throws kRecipeConflict where there are not as many digits as blocks.
std::vector<nn::Recompute> recompute_levels(const std::string& recompute, size_t blocks);
/// The other way: "none", "cheap", "block", or digits.
std::string recompute_text(const std::vector<nn::Recompute>& levels);

/// For people: "nothing", "norms, activations", "whole blocks", "4 whole, 9 cheap of 17".
std::string recompute_words(const std::vector<nn::Recompute>& levels);

/// "micro-batch 16, computed again: 4 whole, 9 cheap of 17, activations offloaded".
std::string describe(const Footing& footing);

}  // namespace surefoot::plan
