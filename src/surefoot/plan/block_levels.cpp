#include "surefoot/plan/block_levels.h"

#include <algorithm>
#include <limits>

namespace surefoot::plan {
namespace {

using nn::Recompute;

/// Highest live bytes of the second step while each block runs, less what the blocks before it keep; last: behind all.
std::vector<int64_t> work_while_running(const DryRun& run) {
  const size_t n = run.blocks.size();
  std::vector<int64_t> before(n + 1, 0), work(n + 1, 0);
  for (size_t b = 0; b < n; ++b) before[b + 1] = before[b] + run.blocks[b].kept_bytes;
  int64_t live = 0;
  for (size_t i = 0; i < run.evaluation_begins; ++i) {
    const Allocation& allocation = run.allocations[run.trace[i].allocation];
    live += run.trace[i].frees ? -allocation.bytes : allocation.bytes;
    if (i < run.second_step_begins || run.trace[i].frees) continue;
    const size_t running = allocation.block < 0 ? n : static_cast<size_t>(allocation.block);
    work[running] = std::max(work[running], live - before[running]);
  }
  return work;
}

}  // namespace

BlockChain::BlockChain(const std::array<const DryRun*, kLevels>& uniform,
                       const Speed& speed,
                       int64_t batch,
                       int64_t micro_batch)
    : blocks_(uniform[0]->blocks.size()) {
  for (size_t level = 0; level < kLevels; ++level) {
    const std::vector<int64_t> work = work_while_running(*uniform[level]);
    for (size_t b = 0; b < blocks_.size(); ++b) {
      const BlockCost &plain = uniform[0]->blocks[b], &cost = uniform[level]->blocks[b];
      blocks_[b].kept[level] = cost.kept_bytes;
      blocks_[b].work[level] = work[b];
      const double flop = cost.backward_flops + cost.forward_flops - plain.backward_flops - plain.forward_flops;
      const double again = static_cast<double>(std::max<int64_t>(0, plain.kept_bytes - cost.kept_bytes)) / 2;
      blocks_[b].seconds[level] = std::max(0.0, flop) / static_cast<double>(batch) / speed.flop +
                                  again / static_cast<double>(micro_batch) / speed.traffic;
    }
    after_ = std::max(after_, work.back());
  }
  always_ = uniform[0]->resident_bytes;
}

int64_t BlockChain::peak(const std::vector<Recompute>& levels) const {
  int64_t kept = 0, peak = always_;
  for (size_t b = 0; b < blocks_.size(); ++b) {
    const auto level = static_cast<size_t>(b < levels.size() ? levels[b] : Recompute::kNone);
    peak = std::max(peak, kept + blocks_[b].work[level]);
    kept += blocks_[b].kept[level];
  }
  return std::max(peak, kept + after_);
}

double BlockChain::extra_seconds(const std::vector<Recompute>& levels) const {
  double seconds = 0;
  for (size_t b = 0; b < blocks_.size() && b < levels.size(); ++b)
    seconds += blocks_[b].seconds[static_cast<size_t>(levels[b])];
  return seconds;
}

std::optional<std::vector<Recompute>> BlockChain::within(int64_t budget) const {
  if (budget < always_) return std::nullopt;
  // least[b][u]: seconds of blocks 0..b-1 that keep at most u units; rounding up keeps the answer within the budget.
  constexpr int64_t kUnits = 4096;
  const int64_t unit = std::max<int64_t>(1, budget / kUnits);
  const auto units = [&](int64_t bytes) { return (std::max<int64_t>(0, bytes) + unit - 1) / unit; };
  const size_t n = blocks_.size(), width = kUnits + 2;
  constexpr double kNever = std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> least(n + 1, std::vector<double>(width, kNever));
  std::vector<std::vector<uint8_t>> chosen(n + 1, std::vector<uint8_t>(width, 0));
  least[0][0] = 0;
  for (size_t b = 0; b < n; ++b) {
    const size_t levels = b + 1 == n ? kLevels - 1 : kLevels;
    for (size_t u = 0; u < width; ++u) {
      if (least[b][u] == kNever) continue;
      for (size_t level = 0; level < levels; ++level) {
        if (static_cast<int64_t>(u) * unit + blocks_[b].work[level] > budget) continue;
        const size_t next = u + static_cast<size_t>(units(blocks_[b].kept[level]));
        const double seconds = least[b][u] + blocks_[b].seconds[level];
        if (next >= width || seconds >= least[b + 1][next]) continue;
        least[b + 1][next] = seconds;
        chosen[b + 1][next] = static_cast<uint8_t>(level);
      }
    }
  }
  size_t best = width;
  for (size_t u = 0; u < width && static_cast<int64_t>(u) * unit + after_ <= budget; ++u)
    if (least[n][u] != kNever && (best == width || least[n][u] < least[n][best])) best = u;
  if (best == width) return std::nullopt;
  std::vector<Recompute> levels(n);
  for (size_t b = n; b-- > 0;) {
    const uint8_t level = chosen[b + 1][best];
    levels[b] = static_cast<Recompute>(level);
    best -= static_cast<size_t>(units(blocks_[b].kept[level]));
  }
  return levels;
}

}  // namespace surefoot::plan
