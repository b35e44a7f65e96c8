#pragma once
// Class probabilities of pictures from features, each from a classifier that saw neither the picture nor its fold.
// Kernel ridge regression (Saunders et al. 1998) on landmarks (Nystroem: Williams & Seeger 2001).
#include <cstdint>
#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>

namespace surefoot::train {

/// Numbers that say what a picture looks like, and how much they count.
struct FeatureKind {
  std::function<at::Tensor(const at::Tensor& positions)> features;  // of pictures by position: [n, D] float
  double weight = 1;
  bool standardised = true;  // each number by its own mean and spread; false: distances are meant as they are
};

/// Squared distances to landmark pictures, summed over several kinds of features as these become known.
class LandmarkDistances {
 public:
  /// @param landmarks [M] positions of pictures, ascending
  LandmarkDistances(int64_t pictures, at::Tensor landmarks);
  /// Adds one kind of features, in units of its own median distance. @param each  called after every block with the
  /// share done
  void add(const FeatureKind& kind, const std::function<void(double share)>& each);
  /// exp(-0.7 weighted mean over the kinds of distance): [N, M]; the distances are gone after that.
  at::Tensor take_kernel();
  const at::Tensor& landmarks() const { return landmarks_; }

 private:
  at::Tensor landmarks_, distances_;  // [M], [N, M]
  double weights_ = 0;
};

struct KernelTask {
  at::Tensor kernel;     // [N, M]; overwritten
  at::Tensor landmarks;  // [M]
  at::Tensor labels;     // [N] int64
  at::Tensor folds;      // [N] int64
  int64_t classes = 0, fold_count = 0;
};

struct KernelScores {
  at::Tensor probabilities;  // [N, classes] float
  at::Tensor embeddings;  // [N, dimensions] float, unit length: main directions of the kernel's feature space, and the
                          // probabilities
  double accuracy = 0;
};

/// Deterministic. @param progress  share done
KernelScores classify_out_of_fold(KernelTask task, const std::function<void(double share)>& progress);

}  // namespace surefoot::train
