#include "surefoot/nn/pass.h"

#include <ATen/ATen.h>

#include "surefoot/nn/layers.h"

namespace surefoot::nn {

void BatchNormSums::add(const BatchNorm2d& layer, const at::Tensor& mean, const at::Tensor& variance) {
  for (size_t tried = 0; tried < entries_.size(); ++tried, ++next_) {
    if (next_ >= entries_.size()) next_ = 0;
    Entry& entry = entries_[next_];
    if (entry.layer != &layer) continue;
    // Not in place: autograd has saved the first group's tensors for its backward.
    entry.mean_sum = entry.mean_sum + mean;
    entry.variance_sum = entry.variance_sum + variance;
    ++entry.groups;
    return;
  }
  entries_.push_back({&layer, mean, variance, 1});
  next_ = entries_.size() - 1;
}

std::function<void()> BatchNormSums::prepare(double momentum) {
  std::vector<std::pair<at::Tensor, at::Tensor>> next;  // buffer, value
  for (const Entry& entry : entries_) {
    const double share = 1.0 / static_cast<double>(entry.groups);
    for (auto& pair : entry.layer->next_running(entry.mean_sum * share, entry.variance_sum * share, momentum))
      next.push_back(std::move(pair));
  }
  return [this, next = std::move(next)] {
    for (const auto& [buffer, value] : next) buffer.copy_(value);
    clear();
  };
}

}  // namespace surefoot::nn
