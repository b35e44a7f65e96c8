#pragma once
// Which picture stands at which place of which epoch: a pure function, so seeking is O(1).
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "surefoot/base/philox.h"
#include "surefoot/data/manifest.h"

namespace surefoot::data {

class Sampler {
 public:
  /// @param indices picture numbers of the part; @param weights empty (each once an epoch, keyed permutation) or one a
  /// picture of the manifest (drawn with replacement)
  Sampler(std::vector<uint32_t> indices, uint64_t seed, std::vector<double> weights = {});
  /// Pictures in an epoch.
  uint64_t size() const { return indices_.size(); }
  /// Picture number at `position` (in [0, size)) of `epoch`. Thread-safe.
  uint32_t at(uint64_t epoch, uint64_t position) const;

 private:
  std::vector<uint32_t> indices_;
  std::vector<double> cumulative_;  // empty: permutation
  uint64_t seed_;
};

/// Reads `data.sampler_file` (CSV with header `path,weight`; pictures that it does not name weigh 1). Throws
/// kDataSampler.
std::vector<double> read_sampler_file(Files& files, const std::string& path, const Manifest& manifest);

}  // namespace surefoot::data
