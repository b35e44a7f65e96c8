#pragma once
// Train, validation and test parts that keep copies together.
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "surefoot/clean/collection.h"

namespace surefoot::clean {

struct SplitShares {
  double validation = 0.1, test = 0;  // of each class, 0..1, together below 1; the rest is for training
};

/// A part for each picture, all of a group in the same one. Groups of several pictures are dealt out largest first,
/// each to the part that is emptiest for its classes (the greedy of scikit-learn's StratifiedGroupKFold); the single
/// pictures then fill every class up to its share, to the picture, by the lowest Philox(seed, kSplit, 0, hash of the
/// name). So a class misses its share only where its groups are too large for it. Where a class has as many groups as
/// there are parts, each part gets one. New pictures move few others. Linear but for sorting.
/// @param labels  class of each picture, from 0; groups: its group id; names: its path, unique
std::vector<Part> split_groups(std::span<const int32_t> labels,
                               std::span<const uint32_t> groups,
                               std::span<const std::string_view> names,
                               const SplitShares& shares,
                               uint64_t seed);

}  // namespace surefoot::clean
