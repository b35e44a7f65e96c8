#pragma once
// Which pictures a person should look at, in the order in which the look pays most.
#include <cstdint>
#include <string>
#include <vector>

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

}  // namespace surefoot::clean
