// Labels that look wrong, pictures that look like nothing else, and which ones a person should look at.
#include <algorithm>
#include <cmath>
#include <map>

#include "surefoot/base/escape.h"
#include "surefoot/clean/clusters.h"
#include "surefoot/clean/detector.h"
#include "surefoot/clean/label_ranking.h"
#include "surefoot/clean/label_task.h"
#include "surefoot/clean/sentence.h"
#include "surefoot/clean/spot_check.h"

namespace surefoot::clean::detectors {
namespace {

constexpr int kNeighbours = 5;
constexpr double kOutlierDeviations = 4, kUnsureShare = 0.1, kMostOutliers = 0.005;
constexpr DetectorParameter kParameters[] = {
    {"listed", kListed, "probability that a label is wrong from which it is listed, where no budget is given"},
    {"folds", kLabelFolds, "folds: each picture is judged by a network that saw neither it nor its copies"},
    {"fewest", kFewestOfClass, "different pictures of a class that is judged"},
    {"neighbours", kNeighbours, "an outlier is far from its nearest neighbours ..."},
    {"deviations", kOutlierDeviations, "... by so many robust standard deviations ..."},
    {"unsure", kUnsureShare, "... and among this share of the pictures of which the network is least sure"},
};

std::string percent(double share) { return format("%.*f %%", share < 0.0995 ? 1 : 0, 100 * share); }

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What is known of every judged picture: of a copy, the numbers of the row that stands for it.
struct Judged {
  const Collection& collection;
  const JudgedSet& set;
  const LabelScores& scores;
  std::vector<float> probabilities, embeddings;
  std::vector<int32_t> labels;

  Judged(const Collection& all, const JudgedSet& judged, const LabelScores& scored)
      : collection(all), set(judged), scores(scored) {
    const auto append = [](std::vector<float>& to, const std::vector<float>& from, size_t row, int width) {
      const auto begin = from.begin() + static_cast<ptrdiff_t>(row * static_cast<size_t>(width));
      to.insert(to.end(), begin, begin + width);
    };
    for (const JudgedPicture& each : set.pictures) {
      labels.push_back(each.label);
      append(probabilities, scores.probabilities, each.row, scores.classes);
      append(embeddings, scores.embeddings, each.row, scores.dimensions);
    }
  }
  LabelEvidence evidence() const { return {probabilities, labels, scores.classes}; }
  Points points() const { return {embeddings, labels, scores.dimensions, scores.classes}; }
  const std::string& path(size_t i) const { return collection.pictures[set.pictures[i].picture].path; }
  std::string class_name(int c) const { return set.classes[static_cast<size_t>(c)]; }
};

void list_wrong_labels(const Judged& judged, const LabelRanking& ranking, CleanResults& results) {
  const LabelEvidence evidence = judged.evidence();
  for (size_t k = 0; k < ranking.listed; ++k) {
    const RankedLabel& each = ranking.order[k];
    results.findings.push_back({.path = judged.path(each.index),
                                .issue = "mislabelled",
                                .severity = Severity::kMedium,
                                .score = each.wrong,
                                .related = judged.class_name(each.suggested),
                                .detail = "looks like " + printable(judged.class_name(each.suggested)) + " (" +
                                          percent(evidence.probability(each.index, each.suggested)) + ") rather than " +
                                          printable(judged.class_name(judged.labels[each.index])) + " (" +
                                          percent(each.self_confidence) + "); out-of-fold accuracy " +
                                          percent(judged.scores.accuracy)});
  }
}

ScoreHistogram histogram_of(const LabelRanking& ranking) {
  constexpr size_t kBins = 40;
  ScoreHistogram histogram{
      "mislabelled", "probability of the given label, out of fold", 0, 1, 0, true, std::vector<uint64_t>(kBins)};
  if (ranking.listed > 0) histogram.threshold = ranking.order[ranking.listed - 1].self_confidence;
  for (const RankedLabel& each : ranking.order)
    ++histogram.counts[std::min(kBins - 1, static_cast<size_t>(each.self_confidence * kBins))];
  return histogram;
}

/// Far from every other picture, and of no class: robust z-score of the logarithm of the distance to the neighbours.
void list_outliers(const Judged& judged, CleanResults& results) {
  const size_t n = judged.labels.size();
  std::vector<double> distances = neighbour_distances(judged.points(), kNeighbours), deviations(n), sureness(n);
  for (double& distance : distances) distance = std::log(std::max(1e-6, distance));
  const double centre = median(distances);
  for (size_t i = 0; i < n; ++i) {
    deviations[i] = std::abs(distances[i] - centre);
    for (int c = 0; c < judged.scores.classes; ++c)
      sureness[i] = std::max<double>(sureness[i], judged.evidence().probability(i, c));
  }
  const double spread =
      std::max(1e-6, 1.4826 * median(deviations));  // of a normal distribution: its standard deviation
  std::vector<double> sorted = sureness;
  std::ranges::sort(sorted);
  const double unsure = sorted[static_cast<size_t>(kUnsureShare * static_cast<double>(n - 1))];
  std::vector<std::pair<double, size_t>> far;
  for (size_t i = 0; i < n; ++i) {
    const double z = (distances[i] - centre) / spread;
    if (z >= kOutlierDeviations && sureness[i] <= unsure) far.emplace_back(-z, i);
  }
  std::ranges::sort(far);
  far.resize(std::min(far.size(), static_cast<size_t>(std::ceil(kMostOutliers * static_cast<double>(n)))));
  for (const auto& [z, i] : far) {
    results.findings.push_back(
        {.path = judged.path(i),
         .issue = "outlier",
         .severity = Severity::kMedium,
         .score = std::min(1.0, -z / (2 * kOutlierDeviations)),
         .related = "",
         .detail =
             format("%.1f robust standard deviations further from its neighbours than usual; the likeliest class has ",
                    -z) +
             percent(sureness[i])});
  }
}

std::vector<double> doubt_of(const LabelRanking& ranking) {
  std::vector<double> doubt(ranking.order.size());
  for (const RankedLabel& each : ranking.order) doubt[each.index] = 1 - each.self_confidence;
  return doubt;
}

/// What people said of the random part so far is an unbiased sample of all labels.
void note_error_rate(const Judged& judged, const DetectorContext& context) {
  std::map<std::string, bool> wrong_by_content;
  for (const Decision& each : context.decisions) {
    const bool of_label = each.issue == "mislabelled";
    if (each.choice == Choice::kRelabel || (each.choice == Choice::kRemove && of_label))
      wrong_by_content[each.content] = true;
    if (each.choice == Choice::kKeep && (of_label || each.issue.empty())) wrong_by_content.emplace(each.content, false);
  }
  uint64_t looked_at = 0, wrong = 0;
  for (const SpotCheck& check : context.results.spot_checks) {
    const auto found = wrong_by_content.find(judged.collection.pictures[check.picture].content);
    if (!check.random || found == wrong_by_content.end()) continue;
    ++looked_at;
    wrong += found->second ? 1 : 0;
  }
  if (looked_at == 0) return;
  const Interval interval = wilson(wrong, looked_at);
  context.results.notes.push_back(
      "of the random part " + std::to_string(looked_at) +
      " labels were checked by a person: " + percent(static_cast<double>(wrong) / static_cast<double>(looked_at)) +
      " wrong (95 %: " + percent(interval.low) + " to " + percent(interval.high) + ")");
}

void choose_looks(const Judged& judged, const LabelRanking& ranking, DetectorContext& context) {
  const size_t n = judged.labels.size();
  const Clusters clusters = cluster_classes(judged.points(), context.options.seed);
  SpotCheckOptions options{.seed = context.options.seed};
  options.random = std::clamp<size_t>(n / 10, std::min<size_t>(n, 50), 300);
  for (SpotCheck check : choose_spot_checks(clusters, doubt_of(ranking), options)) {
    check.picture = judged.set.pictures[check.picture].picture;
    context.results.spot_checks.push_back(check);
  }
  note_error_rate(judged, context);
}

void tell(const Judged& judged, const LabelRanking& ranking, CleanResults& results) {
  const double chance = 1.0 / std::max(1, judged.scores.classes);
  std::string note = "labels: " + std::to_string(ranking.listed) + " of " + std::to_string(judged.labels.size()) +
                     " look wrong; out-of-fold accuracy " + percent(judged.scores.accuracy) + " (" +
                     judged.scores.method + ")";
  if (judged.scores.accuracy < 2 * chance)
    note += "; that is little better than chance, so the list says little: try --weights";
  results.notes.push_back(note);
  results.facts.emplace_back("label_accuracy", format("%.6f", judged.scores.accuracy));
  results.facts.emplace_back("label_noise_at_least", format("%.6f", ranking.noise));
  results.facts.emplace_back("label_errors_estimated", format("%.1f", ranking.estimated_errors));
  results.facts.emplace_back("label_method", json_string(judged.scores.method));
}

void run(const Collection& collection, DetectorContext& context) {
  if (context.scorer == nullptr) {
    context.results.notes.push_back("labels not judged: surefoot-engine is not at hand");
    return;
  }
  const JudgedSet set = judged_set(collection, context);
  context.results.notes.insert(context.results.notes.end(), set.notes.begin(), set.notes.end());
  if (set.task.labels.empty()) return;
  const LabelScores scores = context.scorer->score(set.task, [&](double share) {
    if (context.progress) context.progress("labels", share);
  });
  const Judged judged(collection, set, scores);
  const LabelRanking ranking = rank_labels(judged.evidence(), context.options.label_budget);
  list_wrong_labels(judged, ranking, context.results);
  list_outliers(judged, context.results);
  choose_looks(judged, ranking, context);
  context.results.histograms.push_back(histogram_of(ranking));
  tell(judged, ranking, context.results);
}

}  // namespace

extern const DetectorSpec labels{
    .name = "labels",
    .summary = "labels that look wrong to a network that never saw them, outliers, and which pictures to spot-check",
    .source =
        "out-of-fold self-confidence: Northcutt et al. 2021, arXiv:1911.00068; noise from the surest: Patrini et al. 2017",
    .parameters = kParameters,
    .learned = true,
    .run = run};

}  // namespace surefoot::clean::detectors
