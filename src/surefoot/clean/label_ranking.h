#pragma once
// From out-of-fold probabilities to a ranked list of labels that are most likely wrong, and to how many to show.
#include <cstdint>
#include <span>
#include <vector>

namespace surefoot::clean {

/// Probabilities [N, classes] and the labels that the pictures carry [N].
struct LabelEvidence {
  std::span<const float> probabilities;
  std::span<const int32_t> labels;
  int classes = 0;
  size_t size() const { return labels.size(); }
  float probability(size_t i, int c) const {
    return probabilities[i * static_cast<size_t>(classes) + static_cast<size_t>(c)];
  }
};

/// Counts of confident learning: Northcutt et al. 2021, "Confident learning: estimating uncertainty in dataset labels"
/// (JAIR 70).
struct ConfidentJoint {
  std::vector<double>
      thresholds;  // [classes]: mean probability of class j over the pictures labelled j; 1 where there are none
  std::vector<uint64_t>
      counts;  // [given, likely]: pictures labelled `given` whose likeliest class above its threshold is `likely`
  std::vector<double> calibrated;  // the same, rows summing to the class' pictures
  double estimated_errors = 0;     // sum off the diagonal of `calibrated`
};
ConfidentJoint confident_joint(const LabelEvidence& evidence);

/// Share of wrong labels, from below: of the tenth of the pictures of which the network is surest, the share that
/// carries another label than it says (lower end of its 95 % Wilson interval). A weak network says little here, and so
/// little is listed; the anchor points of Patrini et al. 2017 (arXiv:1609.03683) are the same idea.
double noise_rate(const LabelEvidence& evidence);

struct RankedLabel {
  uint32_t index = 0;          // of the evidence
  int suggested = 0;           // likeliest class other than the given one
  double self_confidence = 0;  // probability of the given label
  double margin = 0;           // self_confidence minus that of the suggestion
  double wrong = 0;  // probability that the label is wrong: noise / (classes - 1) / self_confidence, at most 1 (Bayes,
                     // noise over all classes alike)
};

struct LabelRanking {
  std::vector<RankedLabel> order;  // most suspicious first: by self-confidence, then margin, then index
  size_t listed = 0;               // how many of them to show
  double noise = 0;                // as `noise_rate`
  double estimated_errors = 0;     // min(confident joint, what accuracy and noise allow)
};

/// @param budget  share of the pictures to list; 0: those that are wrong with a probability of at least `kListed`, and
/// whose suggestion is
///                likelier than the label; never more than confident learning counts
LabelRanking rank_labels(const LabelEvidence& evidence, double budget);
constexpr double kListed = 0.4;

}  // namespace surefoot::clean
