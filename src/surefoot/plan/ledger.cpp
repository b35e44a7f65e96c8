#include "surefoot/plan/ledger.h"

#include <algorithm>

#include "surefoot/base/error.h"

namespace surefoot::plan {

const char* holder_name(Holder holder) {
  constexpr const char* names[] = {"weights", "gradients", "optimizer", "ema", "activations", "input", "temporary"};
  return names[static_cast<size_t>(holder)];
}

uint32_t Ledger::taken(int64_t bytes) {
  const auto allocation = static_cast<uint32_t>(entries_.size());
  entries_.push_back({bytes, block_, stage_});
  trace_.push_back({allocation, false});
  stages_.push_back(stage_);
  live_ += bytes;
  return allocation;
}

void Ledger::freed(uint32_t allocation) {
  trace_.push_back({allocation, true});
  stages_.push_back(stage_);
  live_ -= entries_[allocation].bytes;
}

void Ledger::begin_costs(size_t blocks) {
  costs_.assign(blocks, {});
  other_flops_ = 0;
}

void Ledger::count_flops(double flops) {
  if (stage_ == Stage::kEvaluation) return;
  if (block_ < 0 || static_cast<size_t>(block_) >= costs_.size()) {
    other_flops_ += flops;
    return;
  }
  BlockCost& cost = costs_[static_cast<size_t>(block_)];
  (stage_ == Stage::kForward ? cost.forward_flops : cost.backward_flops) += flops;
}

void Ledger::note_kept(int32_t block, int64_t bytes) {
  if (block < 0 || static_cast<size_t>(block) >= costs_.size()) return;
  int64_t& kept = costs_[static_cast<size_t>(block)].kept_bytes;
  kept = std::max(kept, bytes);
}

int64_t Ledger::held_by(int32_t block, size_t begin) const {
  int64_t held = 0;
  for (size_t i = begin; i < trace_.size(); ++i) {
    const Entry& entry = entries_[trace_[i].allocation];
    if (entry.block == block) held += trace_[i].frees ? -entry.bytes : entry.bytes;
  }
  return held;
}

std::vector<Ledger::Lives> Ledger::lives() const {
  std::vector<Lives> lives(entries_.size(), {0, trace_.size()});
  for (size_t i = 0; i < trace_.size(); ++i) {
    Lives& life = lives[trace_[i].allocation];
    (trace_[i].frees ? life.end : life.begin) = i;
  }
  return lives;
}

Holder Ledger::holder_of(const Entry& entry, Lives life, size_t peak, size_t step_end) const {
  const Stage ended = life.end < trace_.size() ? stages_[life.end] : Stage::kEvaluation;
  const bool outlives = life.end >= step_end;
  switch (entry.stage) {
    case Stage::kWeights:
      return Holder::kWeights;
    case Stage::kEma:
      return Holder::kEma;
    case Stage::kInput:
      return ended == Stage::kInput ? Holder::kTemporary : Holder::kInput;
    case Stage::kForward:
      return ended == Stage::kForward ? Holder::kTemporary : Holder::kActivations;
    case Stage::kBackward:  // what the optimiser finds is a gradient
      return outlives || ended == Stage::kOptimizer ? Holder::kGradients : Holder::kTemporary;
    case Stage::kOptimizer:
      return life.begin < peak && outlives ? Holder::kOptimizer : Holder::kTemporary;
    case Stage::kEvaluation:
      break;
  }
  return Holder::kTemporary;
}

void Ledger::attribute(DryRun& run, size_t peak, size_t step_end) const {
  const std::vector<Lives> all = lives();
  run.activations_at_peak.assign(run.blocks.size() + 1, 0);
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (all[i].begin > peak || all[i].end <= peak) continue;
    const Holder holder = holder_of(entries_[i], all[i], peak, step_end);
    run.at_peak[static_cast<size_t>(holder)] += entries_[i].bytes;
    if (holder != Holder::kActivations) continue;
    const auto block = static_cast<size_t>(entries_[i].block < 0 ? run.blocks.size() : entries_[i].block);
    run.activations_at_peak[std::min(block, run.blocks.size())] += entries_[i].bytes;
  }
}

DryRun Ledger::conclude(size_t begin, size_t end, const std::vector<std::string>& names) const {
  SUREFOOT_CHECK(begin < end && end <= trace_.size() && names.size() == costs_.size(), "a step that was not run");
  DryRun run;
  run.blocks = costs_;
  run.step_flops = other_flops_;
  for (size_t b = 0; b < names.size(); ++b) {
    run.blocks[b].name = names[b];
    run.step_flops += run.blocks[b].forward_flops + run.blocks[b].backward_flops;
  }
  int64_t live = 0;
  size_t peak = begin;
  for (size_t i = 0; i < trace_.size(); ++i) {
    if (i == begin) run.resident_bytes = run.predicted_peak_bytes = live;
    const int64_t bytes = entries_[trace_[i].allocation].bytes;
    live += trace_[i].frees ? -bytes : bytes;
    if (i >= end) {
      run.evaluation_peak_bytes = std::max(run.evaluation_peak_bytes, live);
    } else if (i >= begin && live > run.predicted_peak_bytes) {
      run.predicted_peak_bytes = live;
      peak = i;
    }
  }
  attribute(run, peak, end);
  const Stage stage = stages_[peak];
  run.peak_phase = stage == Stage::kBackward ? "backward" : stage == Stage::kOptimizer ? "optimizer" : "forward";
  for (const Entry& entry : entries_) run.allocations.push_back({entry.bytes, entry.block});
  run.trace = trace_;
  run.second_step_begins = begin;
  run.evaluation_begins = end;
  return run;
}

}  // namespace surefoot::plan
