#pragma once
// Counting scores into the bins that the report draws.
#include "surefoot/clean/detector.h"

namespace surefoot::clean {

/// An empty histogram of `bins` equal bins over [low, high].
ScoreHistogram make_histogram(
    const char* issue, const char* label, double low, double high, double threshold, bool below_is_bad, int bins = 40);
/// Values outside of the range count in the first or last bin.
void count(ScoreHistogram& histogram, double value);

}  // namespace surefoot::clean
