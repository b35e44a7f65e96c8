#include "surefoot/data/sampler.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "surefoot/base/error.h"

namespace surefoot::data {

Sampler::Sampler(std::vector<uint32_t> indices, uint64_t seed, std::vector<double> weights)
    : indices_(std::move(indices)), seed_(seed) {
  if (weights.empty()) return;
  cumulative_.reserve(indices_.size());
  double sum = 0;
  for (const uint32_t index : indices_) {
    SUREFOOT_CHECK(index < weights.size(),
                   std::to_string(index) + " of " + std::to_string(weights.size()) + " weights");
    sum += weights[index];
    cumulative_.push_back(sum);
  }
  if (!indices_.empty() && !(sum > 0 && std::isfinite(sum))) {
    throw Error(ErrorCode::kDataSampler, "the sampler's weights cannot be used",
                "their sum over the training part is " + std::to_string(sum),
                "give at least one training picture a weight above 0");
  }
}

uint32_t Sampler::at(uint64_t epoch, uint64_t position) const {
  SUREFOOT_CHECK(position < indices_.size(), std::to_string(position) + " of " + std::to_string(indices_.size()));
  if (cumulative_.empty()) return indices_[Permutation(seed_, Purpose::kShuffle, epoch, indices_.size())[position]];
  const double draw = Philox(seed_, Purpose::kSampler, epoch, position).uniform() * cumulative_.back();
  // The first sum above the draw: a picture of weight 0 has the same sum as the one before it and is never found.
  auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), draw);
  // draw * sum may round up to the sum itself; the last picture with a weight takes that.
  if (found == cumulative_.end()) found = std::lower_bound(cumulative_.begin(), cumulative_.end(), cumulative_.back());
  return indices_[static_cast<size_t>(found - cumulative_.begin())];
}

}  // namespace surefoot::data
