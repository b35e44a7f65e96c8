#pragma once
// What a forward needs to know besides the images, and the batch-norm statistics that it hands back instead of changing
// the model.
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>

#include "surefoot/nn/recompute.h"

namespace surefoot::nn {

class BatchNorm2d;

/// Collects the batch-norm statistics of the groups of one optimiser step. A forward never touches running buffers;
/// `apply` does, once, from the mean over the groups, after the step has succeeded. Not thread-safe; of one model.
class BatchNormSums {
 public:
  /// Adds one group's mean and unbiased variance, [channels] each.
  void add(const BatchNorm2d& layer, const at::Tensor& mean, const at::Tensor& variance);
  /// running = (1 - momentum) * running + momentum * mean over the groups; num_batches_tracked += 1; then clears.
  void apply(double momentum = 0.1) { prepare(momentum)(); }
  /// What `apply` does, computed but not yet done: doing it allocates no tensor, so it cannot run out of memory.
  std::function<void()> prepare(double momentum = 0.1);
  void clear() {
    entries_.clear();
    next_ = 0;
  }
  bool empty() const { return entries_.empty(); }

  /// Sums over groups, for reducing over devices.
  struct Entry {
    const BatchNorm2d* layer;
    at::Tensor mean_sum, variance_sum;  // [channels]
    int64_t groups;
  };
  /// In order of first use in the forward.
  std::vector<Entry>& entries() { return entries_; }

 private:
  std::vector<Entry> entries_;
  size_t next_ = 0;  // where the next layer is expected: forwards meet the layers in the same order
};

/// One forward. `Pass{}` is evaluation.
struct Pass {
  bool training = false;
  uint64_t seed = 0;
  int64_t step = 0;          // of dropout and drop-path masks
  int64_t first_sample = 0;  // position of this micro-batch's sample 0 in the global batch
  std::vector<int64_t> groups =
      {};  // sizes of the batch-norm groups in this micro-batch, summing to N; empty: one group
  BatchNormSums* batch_norm = nullptr;  // where statistics go; null: they are dropped
  /// What each block keeps for the backward, in the order of `Model::block_names()`; empty: kNone everywhere.
  std::vector<Recompute> recompute = {};
};

}  // namespace surefoot::nn
