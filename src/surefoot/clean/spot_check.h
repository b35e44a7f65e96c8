#pragma once
// Which pictures a person should look at, in the order in which the look pays most.
#include <cstdint>
#include <string>
#include <vector>

#include "surefoot/clean/clusters.h"

namespace surefoot::clean {

struct SpotCheck {
  uint32_t picture = 0;  // position in the collection
  bool random = false;   // of the random part, whose error rate is unbiased
  double edge = 0;       // 0 (centre of its cluster) .. 1 (nearest to another class' cluster)
  int cluster = -1;
};

struct Interval {
  double low = 0, high = 1;
};
/// Wilson score interval (Wilson 1927) of a rate, `wrong` of `looked_at`, 95 % by default.
Interval wilson(uint64_t wrong, uint64_t looked_at, double z = 1.959963984540054);

struct SpotCheckOptions {
  double edge_share = 0.05;  // of the pictures: those nearest to another class' cluster
  size_t most_edges = 5000;
  size_t random = 300;  // pictures drawn evenly, so that their error rate is that of all
  uint64_t seed = 0;
};
/// Positions in `clusters` to look at: first the edges, in the order of `edge` x `doubt` (that is where a look finds
/// most), then the random part in the order drawn. No position twice: what is drawn is not listed as an edge.
/// @param doubt  [N] 0..1, how little the picture looks like its label
std::vector<SpotCheck> choose_spot_checks(const Clusters& clusters,
                                          const std::vector<double>& doubt,
                                          const SpotCheckOptions& options);

}  // namespace surefoot::clean
