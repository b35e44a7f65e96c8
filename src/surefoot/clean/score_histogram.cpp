#include "surefoot/clean/score_histogram.h"

#include <algorithm>

namespace surefoot::clean {

ScoreHistogram make_histogram(
    const char* issue, const char* label, double low, double high, double threshold, bool below_is_bad, int bins) {
  return {issue, label, low, high, threshold, below_is_bad, std::vector<uint64_t>(static_cast<size_t>(bins))};
}

void count(ScoreHistogram& histogram, double value) {
  const double bins = static_cast<double>(histogram.counts.size()), range = histogram.high - histogram.low;
  const double bin = range > 0 ? (value - histogram.low) / range * bins : 0;
  ++histogram.counts[static_cast<size_t>(std::clamp(bin, 0.0, bins - 1))];
}

}  // namespace surefoot::clean
