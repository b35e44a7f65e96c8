#pragma once
// Groups of look-alikes within each class, and how near a picture is to another class.
#include <cstdint>
#include <span>
#include <vector>

namespace surefoot::clean {

/// Points of one length [N, dimensions] and their classes [N].
struct Points {
  std::span<const float> values;
  std::span<const int32_t> labels;
  int dimensions = 0, classes = 0;
  size_t size() const { return labels.size(); }
  std::span<const float> operator[](size_t i) const {
    return values.subspan(i * static_cast<size_t>(dimensions), static_cast<size_t>(dimensions));
  }
};

struct Clusters {
  std::vector<int32_t> of;   // [N] cluster of a point, one of its own class
  std::vector<double> edge;  // [N] own / (own + other): distances to the own cluster's centre and to the nearest centre
                             // of another class
  std::vector<float> centres;     // [clusters, dimensions]
  std::vector<int32_t> class_of;  // [clusters]
};

/// k-means (Lloyd 1982) from k-means++ (Arthur & Vassilvitskii 2007) in every class, with a cluster for about every 50
/// points, at most 8. A pure function of its arguments.
Clusters cluster_classes(const Points& points, uint64_t seed);

/// Distance to the k-th nearest of at most 4,096 points spread evenly over all; the point itself does not count.
std::vector<double> neighbour_distances(const Points& points, int k);

}  // namespace surefoot::clean
