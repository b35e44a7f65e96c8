#pragma once
#include "surefoot/clean/label_scorer.h"
#include "surefoot/clean/store.h"

namespace surefoot::clean {

/// Asks another scorer only where the store has no scores of exactly this task. The store keeps those of the last task.
class KeptLabelScores final : public LabelScorer {
 public:
  /// Both must outlive it.
  KeptLabelScores(LabelScorer& scorer, Store& store) : scorer_(scorer), store_(store) {}
  LabelScores score(const LabelTask& task, const std::function<void(double share)>& progress) override;

 private:
  LabelScorer& scorer_;
  Store& store_;
};

}  // namespace surefoot::clean
