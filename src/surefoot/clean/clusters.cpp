#include "surefoot/clean/clusters.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "surefoot/base/philox.h"

namespace surefoot::clean {
namespace {

constexpr size_t kPointsACluster = 50, kMostClusters = 8, kMostFitted = 4096;
constexpr int kRounds = 20;

double squared_distance(std::span<const float> a, std::span<const float> b) {
  float sum = 0;
  for (size_t d = 0; d < a.size(); ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
  return sum;
}

/// Centres of one class, [k, dimensions].
class KMeans {
 public:
  KMeans(const Points& points, const std::vector<size_t>& members, size_t k, Philox random)
      : points_(points), members_(members) {
    start(k, random);
    for (int round = 0; round < kRounds && move(); ++round) {
    }
  }
  std::vector<float> centres;

 private:
  std::span<const float> centre(size_t c) const {
    const auto d = static_cast<size_t>(points_.dimensions);
    return std::span<const float>(centres).subspan(c * d, d);
  }
  void add(size_t member) { centres.insert(centres.end(), points_[member].begin(), points_[member].end()); }

  void start(size_t k, Philox& random) {
    add(members_[random.below(members_.size())]);
    std::vector<double> nearest(members_.size(), std::numeric_limits<double>::infinity());
    for (size_t c = 1; c < k; ++c) {
      double sum = 0;
      for (size_t i = 0; i < members_.size(); ++i) {
        nearest[i] = std::min(nearest[i], squared_distance(points_[members_[i]], centre(c - 1)));
        sum += nearest[i];
      }
      double drawn = random.uniform() * sum;
      size_t i = 0;
      while (i + 1 < members_.size() && (drawn -= nearest[i]) >= 0) ++i;
      add(members_[i]);
    }
  }
  /// One round. False where no centre moved.
  bool move() {
    const auto d = static_cast<size_t>(points_.dimensions);
    const size_t k = centres.size() / d;
    std::vector<double> sums(centres.size());
    std::vector<size_t> counts(k);
    for (const size_t member : members_) {
      size_t best = 0;
      double least = std::numeric_limits<double>::infinity();
      for (size_t c = 0; c < k; ++c) {
        const double distance = squared_distance(points_[member], centre(c));
        if (distance < least) least = distance, best = c;
      }
      ++counts[best];
      for (size_t j = 0; j < d; ++j) sums[best * d + j] += points_[member][j];
    }
    bool moved = false;
    for (size_t c = 0; c < k; ++c) {
      if (counts[c] == 0) continue;  // it stays: two points were the same
      for (size_t j = 0; j < d; ++j) {
        const auto value = static_cast<float>(sums[c * d + j] / static_cast<double>(counts[c]));
        moved = moved || value != centres[c * d + j];
        centres[c * d + j] = value;
      }
    }
    return moved;
  }

  const Points& points_;
  const std::vector<size_t>& members_;
};

/// At most `most` of them, evenly spread.
std::vector<size_t> thinned(const std::vector<size_t>& all, size_t most) {
  if (all.size() <= most) return all;
  std::vector<size_t> some(most);
  for (size_t i = 0; i < most; ++i) some[i] = all[i * all.size() / most];
  return some;
}

}  // namespace

Clusters cluster_classes(const Points& points, uint64_t seed) {
  std::vector<std::vector<size_t>> members(static_cast<size_t>(points.classes));
  for (size_t i = 0; i < points.size(); ++i) members[static_cast<size_t>(points.labels[i])].push_back(i);
  Clusters clusters;
  for (size_t label = 0; label < members.size(); ++label) {
    if (members[label].empty()) continue;
    const size_t k = std::clamp<size_t>(members[label].size() / kPointsACluster, 1, kMostClusters);
    const std::vector<size_t> fitted = thinned(members[label], kMostFitted);
    const KMeans means(points, fitted, k, Philox(seed, Purpose::kCluster, 0, label));
    clusters.centres.insert(clusters.centres.end(), means.centres.begin(), means.centres.end());
    clusters.class_of.insert(clusters.class_of.end(), k, static_cast<int32_t>(label));
  }
  const Points centres{clusters.centres, clusters.class_of, points.dimensions, points.classes};
  for (size_t i = 0; i < points.size(); ++i) {
    double own = std::numeric_limits<double>::infinity(), other = own;
    int32_t nearest = 0;
    for (size_t c = 0; c < centres.size(); ++c) {
      const double distance = squared_distance(points[i], centres[c]);
      if (centres.labels[c] != points.labels[i]) {
        other = std::min(other, distance);
      } else if (distance < own) {
        own = distance, nearest = static_cast<int32_t>(c);
      }
    }
    clusters.of.push_back(nearest);
    own = std::sqrt(own), other = std::sqrt(other);
    clusters.edge.push_back(std::isinf(other) || own + other == 0 ? 0 : own / (own + other));
  }
  return clusters;
}

std::vector<double> neighbour_distances(const Points& points, int k) {
  std::vector<size_t> all(points.size());
  for (size_t i = 0; i < all.size(); ++i) all[i] = i;
  const std::vector<size_t> marks = thinned(all, kMostFitted);
  std::vector<double> distances(points.size()), to(marks.size());
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t m = 0; m < marks.size(); ++m) {
      to[m] = marks[m] == i ? std::numeric_limits<double>::infinity() : squared_distance(points[i], points[marks[m]]);
    }
    const auto kth = to.begin() + std::min<ptrdiff_t>(k, static_cast<ptrdiff_t>(to.size())) - 1;
    if (to.empty()) continue;
    std::nth_element(to.begin(), kth, to.end());
    distances[i] = std::sqrt(*kth);
  }
  return distances;
}

}  // namespace surefoot::clean
