#include "surefoot/clean/spot_check.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "surefoot/base/philox.h"

namespace surefoot::clean {

Interval wilson(uint64_t wrong, uint64_t looked_at, double z) {
  if (looked_at == 0) return {};
  const auto n = static_cast<double>(looked_at);
  const double p = static_cast<double>(wrong) / n, z2 = z * z;
  const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = z / (1 + z2 / n) * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

std::vector<SpotCheck> choose_spot_checks(const Clusters& clusters,
                                          const std::vector<double>& doubt,
                                          const SpotCheckOptions& options) {
  const size_t n = clusters.of.size();
  const auto check = [&](size_t i, bool random) {
    return SpotCheck{
        .picture = static_cast<uint32_t>(i), .random = random, .edge = clusters.edge[i], .cluster = clusters.of[i]};
  };
  std::vector<SpotCheck> drawn;
  std::vector<bool> taken(n);
  const Permutation order(options.seed, Purpose::kSpotCheck, 0, std::max<size_t>(1, n));
  for (size_t k = 0; k < std::min(n, options.random); ++k) {
    drawn.push_back(check(order[k], true));
    taken[order[k]] = true;
  }
  std::vector<size_t> edges;
  for (size_t i = 0; i < n; ++i) {
    if (!taken[i]) edges.push_back(i);
  }
  const auto share = static_cast<size_t>(std::ceil(options.edge_share * static_cast<double>(n)));
  const size_t count = std::min({edges.size(), options.most_edges, share});
  std::ranges::sort(edges, {}, [&](size_t i) { return std::tuple(-clusters.edge[i], i); });
  edges.resize(count);
  std::ranges::sort(edges, {}, [&](size_t i) { return std::tuple(-clusters.edge[i] * doubt[i], i); });
  std::vector<SpotCheck> all;
  for (const size_t i : edges) all.push_back(check(i, false));
  all.insert(all.end(), drawn.begin(), drawn.end());
  return all;
}

}  // namespace surefoot::clean
