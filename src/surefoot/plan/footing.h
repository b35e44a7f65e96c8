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

/// "micro-batch 16, 8 of 12 blocks computed again, offload".
std::string describe(const Footing& footing);

}  // namespace surefoot::plan
