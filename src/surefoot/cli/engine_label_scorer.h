#pragma once
// The torch-free side of clean::LabelScorer: the work is done by surefoot-engine, in a process of its own.
#include <string>

#include "surefoot/clean/label_scorer.h"

namespace surefoot::cli {

/// Hands the task over in a scratch folder, starts surefoot-engine, reads its progress and its scores. The engine ends
/// with this process, however that ends, and where `progress` throws. Used by one thread at a time: the one that made
/// it, which must outlive the call.
class EngineLabelScorer final : public clean::LabelScorer {
 public:
  /// @param threads  of the engine; 0: one a physical core
  explicit EngineLabelScorer(int threads = 0) : threads_(threads) {}
  /// Throws kEngineMissing where the engine cannot be started, kFileWrite and kDiskFull where the task cannot be handed
  /// over, kOutOfMemory where the engine was killed, kInternal with what it said where it failed.
  clean::LabelScores score(const clean::LabelTask& task, const std::function<void(double share)>& progress) override;

 private:
  int threads_;
};

}  // namespace surefoot::cli
