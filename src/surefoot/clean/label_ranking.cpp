#include "surefoot/clean/label_ranking.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "surefoot/clean/spot_check.h"

namespace surefoot::clean {
namespace {

size_t cell(int row, int column, int classes) {
  return static_cast<size_t>(row) * static_cast<size_t>(classes) + static_cast<size_t>(column);
}

/// The likeliest class of those that `allowed` says; -1 where there is none.
template <class Allowed>
int likeliest(const LabelEvidence& evidence, size_t i, const Allowed& allowed) {
  int best = -1;
  for (int c = 0; c < evidence.classes; ++c) {
    if (allowed(c) && (best < 0 || evidence.probability(i, c) > evidence.probability(i, best))) best = c;
  }
  return best;
}

RankedLabel ranked(const LabelEvidence& evidence, size_t i, double noise) {
  const int given = evidence.labels[i];
  RankedLabel label{.index = static_cast<uint32_t>(i)};
  label.suggested = likeliest(evidence, i, [&](int c) { return c != given; });
  label.self_confidence = evidence.probability(i, given);
  label.margin = label.self_confidence - evidence.probability(i, label.suggested);
  label.wrong = std::min(1.0, noise / std::max(1, evidence.classes - 1) / std::max(1e-9, label.self_confidence));
  return label;
}

}  // namespace

ConfidentJoint confident_joint(const LabelEvidence& evidence) {
  const int classes = evidence.classes;
  const auto k = static_cast<size_t>(classes);
  std::vector<double> sums(k);
  std::vector<uint64_t> members(k);
  for (size_t i = 0; i < evidence.size(); ++i) {
    const int given = evidence.labels[i];
    sums[static_cast<size_t>(given)] += evidence.probability(i, given);
    ++members[static_cast<size_t>(given)];
  }
  ConfidentJoint joint{.thresholds = std::vector<double>(k, 1.0),
                       .counts = std::vector<uint64_t>(k * k),
                       .calibrated = std::vector<double>(k * k)};
  for (size_t c = 0; c < k; ++c) {
    if (members[c] > 0) joint.thresholds[c] = sums[c] / static_cast<double>(members[c]);
  }
  for (size_t i = 0; i < evidence.size(); ++i) {
    const int likely = likeliest(
        evidence, i, [&](int c) { return evidence.probability(i, c) >= joint.thresholds[static_cast<size_t>(c)]; });
    if (likely >= 0) ++joint.counts[cell(evidence.labels[i], likely, classes)];
  }
  for (int given = 0; given < classes; ++given) {
    uint64_t row = 0;
    for (int c = 0; c < classes; ++c) row += joint.counts[cell(given, c, classes)];
    for (int c = 0; c < classes; ++c) {
      double& calibrated = joint.calibrated[cell(given, c, classes)];
      const auto all = static_cast<double>(members[static_cast<size_t>(given)]);
      // A class of which nothing is confident is taken to be right.
      calibrated = row > 0 ? static_cast<double>(joint.counts[cell(given, c, classes)]) / static_cast<double>(row) * all
                   : c == given ? all
                                : 0;
      if (c != given) joint.estimated_errors += calibrated;
    }
  }
  return joint;
}

double noise_rate(const LabelEvidence& evidence) {
  struct Sure {
    float probability;
    bool agrees;
  };
  std::vector<Sure> all(evidence.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const int best = likeliest(evidence, i, [](int) { return true; });
    all[i] = {evidence.probability(i, best), best == evidence.labels[i]};
  }
  std::ranges::stable_sort(all, [](const Sure& a, const Sure& b) { return a.probability > b.probability; });
  const size_t surest = std::min(all.size(), std::max<size_t>(10, all.size() / 10));
  const auto wrong = std::count_if(all.begin(), all.begin() + static_cast<ptrdiff_t>(surest),
                                   [](const Sure& each) { return !each.agrees; });
  return surest == 0 ? 0 : wilson(static_cast<uint64_t>(wrong), surest).low;
}

LabelRanking rank_labels(const LabelEvidence& evidence, double budget) {
  LabelRanking ranking;
  ranking.noise = noise_rate(evidence);
  size_t disagreements = 0;
  for (size_t i = 0; i < evidence.size(); ++i) {
    ranking.order.push_back(ranked(evidence, i, ranking.noise));
    disagreements += ranking.order.back().margin < 0 ? 1 : 0;
  }
  std::ranges::sort(ranking.order, {},
                    [](const RankedLabel& each) { return std::tuple(each.self_confidence, each.margin, each.index); });
  const double joint = confident_joint(evidence).estimated_errors;
  ranking.estimated_errors =
      std::min({joint, ranking.noise * static_cast<double>(evidence.size()), static_cast<double>(disagreements)});
  if (budget > 0) {
    ranking.listed =
        std::min(evidence.size(), static_cast<size_t>(std::llround(budget * static_cast<double>(evidence.size()))));
    return ranking;
  }
  const auto most = static_cast<size_t>(std::ceil(joint));
  while (ranking.listed < std::min(most, ranking.order.size())) {
    const RankedLabel& next = ranking.order[ranking.listed];
    if (next.wrong < kListed || next.margin >= 0) break;
    ++ranking.listed;
  }
  return ranking;
}

}  // namespace surefoot::clean
