// How evenly the classes are filled, and how often a picture should be drawn so that rare classes are seen.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "surefoot/base/escape.h"
#include "surefoot/clean/detector.h"
#include "surefoot/clean/sentence.h"

namespace surefoot::clean::detectors {
namespace {

constexpr double kRare = 0.1, kVeryRare = 0.05;

constexpr DetectorParameter kParameters[] = {
    {"rare", kRare, "share of the largest class below which a class is a finding"},
    {"very_rare", kVeryRare, "share of the largest class below which it is one of medium severity"},
    {"rare_factor", 3, "how often a picture of a rare class is drawn, at most"},
};

struct ClassCount {
  uint64_t pictures = 0, unique = 0;  // unique: copies of one picture count once
  std::string folder;
};

/// What is trained on: of the training part, in a class, readable.
bool is_trained_on(const Picture& picture) {
  return !picture.reference && picture.part == Part::kTrain && picture.label >= 0 && picture.facts.measured;
}

/// The class folder of a picture, as its path has it: "train/roses" of "train/roses/red/1.jpg"; of a list that names
/// its classes otherwise, the class name.
std::string class_folder(const std::string& path, const std::string& name) {
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = path.find('/', begin);
    if (end == std::string::npos) break;
    if (path.compare(begin, end - begin, name) == 0) return path.substr(0, end);
    begin = end + 1;
  }
  return name;
}

std::vector<ClassCount> count_classes(const Collection& collection, const std::vector<CopyGroup>& groups) {
  std::vector<ClassCount> counts(collection.classes.size());
  const std::vector<uint32_t> group = group_ids(collection, groups);
  std::vector<std::pair<uint32_t, uint32_t>> seen;  // (class, group)
  for (size_t i = 0; i < collection.pictures.size(); ++i) {
    const Picture& picture = collection.pictures[i];
    if (!is_trained_on(picture)) continue;
    ClassCount& count = counts[static_cast<size_t>(picture.label)];
    ++count.pictures;
    if (count.folder.empty())
      count.folder = class_folder(picture.path, collection.classes[static_cast<size_t>(picture.label)]);
    seen.emplace_back(static_cast<uint32_t>(picture.label), group[i]);
  }
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  for (const auto& [label, id] : seen) ++counts[label].unique;
  for (size_t c = 0; c < counts.size(); ++c) {
    if (counts[c].folder.empty()) counts[c].folder = collection.classes[c];
  }
  return counts;
}

/// exp of the entropy of the class shares: as many classes of one size would be as hard to guess.
double effective_classes(const std::vector<ClassCount>& counts) {
  double all = 0, entropy = 0;
  for (const ClassCount& count : counts) all += static_cast<double>(count.unique);
  for (const ClassCount& count : counts) {
    const double share = static_cast<double>(count.unique) / all;
    if (count.unique > 0) entropy -= share * std::log(share);
  }
  return std::exp(entropy);
}

void add_findings(const std::vector<ClassCount>& counts, uint64_t largest, CleanResults& results) {
  for (const ClassCount& count : counts) {
    const double share = static_cast<double>(count.unique) / static_cast<double>(largest);
    if (share >= kRare) continue;
    std::string detail = format("%llu pictures", static_cast<unsigned long long>(count.pictures));
    if (count.unique != count.pictures)
      detail += format(" (%llu without copies)", static_cast<unsigned long long>(count.unique));
    detail += format(", the largest class has %llu: 1 to %.0f", static_cast<unsigned long long>(largest),
                     static_cast<double>(largest) / static_cast<double>(std::max<uint64_t>(count.unique, 1)));
    results.findings.push_back({count.folder, "imbalance", share < kVeryRare ? Severity::kMedium : Severity::kLow,
                                1 - share / kRare / 2, "", detail});
  }
}

void add_facts(const Collection& collection,
               const std::vector<ClassCount>& counts,
               uint64_t largest,
               uint64_t smallest,
               CleanResults& results) {
  std::string table;
  for (size_t c = 0; c < counts.size(); ++c) {
    table += (c ? ",{\"class\":" : "{\"class\":") + json_string(collection.classes[c]) +
             ",\"pictures\":" + std::to_string(counts[c].pictures) +
             ",\"without_copies\":" + std::to_string(counts[c].unique) + "}";
  }
  const double ratio = smallest > 0 ? static_cast<double>(largest) / static_cast<double>(smallest) : 0;
  results.facts.emplace_back("class_counts", "[" + table + "]");
  results.facts.emplace_back("largest_to_smallest_class", smallest > 0 ? format("%.2f", ratio) : "null");
  results.facts.emplace_back("effective_classes", format("%.3f", effective_classes(counts)));
}

/// Inverse frequency against the largest class, at most `most`; 1 for what is not trained on.
std::vector<double> weights_of(const Collection& collection,
                               const std::vector<ClassCount>& counts,
                               uint64_t largest,
                               double most) {
  std::vector<double> weights(collection.pictures.size(), 1.0);
  for (size_t i = 0; i < weights.size(); ++i) {
    const Picture& picture = collection.pictures[i];
    if (!is_trained_on(picture)) continue;
    const double often =
        static_cast<double>(largest) / static_cast<double>(counts[static_cast<size_t>(picture.label)].unique);
    weights[i] = std::round(std::clamp(often, 1.0, std::max(1.0, most)) * 1e6) / 1e6;
  }
  return weights;
}

void run(const Collection& collection, DetectorContext& context) {
  const std::vector<ClassCount> counts = count_classes(collection, context.results.groups);
  const auto by_unique = [](const ClassCount& a, const ClassCount& b) { return a.unique < b.unique; };
  if (counts.size() < 2) return;
  const uint64_t largest = std::max_element(counts.begin(), counts.end(), by_unique)->unique;
  const uint64_t smallest = std::min_element(counts.begin(), counts.end(), by_unique)->unique;
  if (largest == 0) return;
  add_findings(counts, largest, context.results);
  add_facts(collection, counts, largest, smallest, context.results);
  context.results.sampler_weights = weights_of(collection, counts, largest, context.options.rare_factor);
}

}  // namespace

extern const DetectorSpec imbalance;
const DetectorSpec imbalance{"imbalance",
                             "classes with few pictures beside the largest; weights for the sampler",
                             "exponential of Shannon's entropy (Hill 1973); inverse class frequency, capped",
                             kParameters,
                             false,
                             run};

}  // namespace surefoot::clean::detectors
