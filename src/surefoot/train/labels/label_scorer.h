#pragma once
// Which pictures do not look like their label, judged by a network that never saw their label.
#include "surefoot/base/files.h"
#include "surefoot/clean/label_scorer.h"

namespace surefoot::train {

/// Out-of-fold class probabilities from the pictures and their labels alone: patch networks (patch_network.h) at
/// several scales make features without looking at labels, kernel_classifier.h learns the labels of the other folds.
/// With `weights`, that network's features take the place of the patch networks'; with them and no classes, nothing but
/// those features is computed. On the CPU; blocks; not thread-safe.
/// The same task gives the same bits for the same number of threads on the same machine.
class NetworkLabelScorer final : public clean::LabelScorer {
 public:
  /// @param files    where weights are read; must outlive the scorer
  /// @param threads  intra-op threads; 0: one a physical core
  explicit NetworkLabelScorer(Files& files, int threads = 0) : files_(files), threads_(threads) {}
  /// Throws kDataOneClass for fewer than two classes, kRecipeConflict for a task whose arrays do not fit together,
  /// kFileRead, kWeightsFormat and kWeightsMismatch for weights.
  clean::LabelScores score(const clean::LabelTask& task, const std::function<void(double share)>& progress) override;

 private:
  Files& files_;
  int threads_;
};

}  // namespace surefoot::train
