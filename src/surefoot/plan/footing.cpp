#include "surefoot/plan/footing.h"

#include <algorithm>

namespace surefoot::plan {

std::string describe(const Footing& footing) {
  std::string text = "micro-batch " + std::to_string(footing.micro_batch);
  const auto of = " of " + std::to_string(footing.recompute.size()) + " blocks";
  if (const auto n = std::ranges::count(footing.recompute, nn::Recompute::kCheap); n > 0)
    text += ", norms and activations of " + std::to_string(n) + of + " computed again";
  if (const auto n = std::ranges::count(footing.recompute, nn::Recompute::kBlock); n > 0)
    text += ", " + std::to_string(n) + of + " computed again";
  if (footing.offload) text += ", activations offloaded";
  return text;
}

}  // namespace surefoot::plan
