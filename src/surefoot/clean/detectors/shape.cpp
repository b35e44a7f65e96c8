// Sizes and proportions that stand out, and pictures that are stored on their side.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "surefoot/clean/detector.h"
#include "surefoot/clean/score_histogram.h"
#include "surefoot/clean/sentence.h"

namespace surefoot::clean::detectors {
namespace {

constexpr double kFences = 3, kFactor = 2.5, kAspect = 0.35;
constexpr size_t kFewest = 20;  // pictures from which quartiles mean anything

constexpr DetectorParameter kParameters[] = {
    {"iqr_factor", kFences,
     "sizes further than this many interquartile ranges outside of the quartiles are odd, on a logarithmic scale"},
    {"factor", kFactor, "but never those within this factor of the quartiles"},
    {"aspect", kAspect, "short side over long side below which proportions are odd"},
};

bool has_size(const Picture& picture) {
  return !picture.reference && picture.facts.width > 0 && picture.facts.height > 0;
}
/// Side of a square of the same area, px.
double size_of(const Picture& picture) {
  return std::sqrt(static_cast<double>(picture.facts.width)) * std::sqrt(static_cast<double>(picture.facts.height));
}
double aspect_of(const Picture& picture) {
  const auto [low, high] = std::minmax(picture.facts.width, picture.facts.height);
  return static_cast<double>(low) / high;
}

struct Fences {
  double low = 0, high = 0, median = 0;  // px
};
/// Tukey's outer fences (Tukey 1977) with numpy's linear quartiles, of the logarithm: sizes are multiples of each
/// other, and on a linear scale the lower fence mostly lies below zero. None for a handful of pictures.
std::optional<Fences> fences_of(std::vector<double> sizes) {
  if (sizes.size() < kFewest) return std::nullopt;
  for (double& size : sizes) size = std::log(size);
  std::sort(sizes.begin(), sizes.end());
  const auto quantile = [&](double share) {
    const double rank = share * static_cast<double>(sizes.size() - 1);
    const auto below = static_cast<size_t>(rank);
    const double next = sizes[std::min(below + 1, sizes.size() - 1)];
    return sizes[below] + (rank - static_cast<double>(below)) * (next - sizes[below]);
  };
  const double q1 = quantile(0.25), q3 = quantile(0.75);
  // Crawls often come at one or two sizes, whose quartiles say little: what is within a factor of them is never odd.
  const double reach = std::max(kFences * (q3 - q1), std::log(kFactor));
  return Fences{std::exp(q1 - reach), std::exp(q3 + reach), std::exp(quantile(0.5))};
}

void find_odd_sizes(const Collection& collection, CleanResults& results) {
  std::vector<double> sizes;
  for (const Picture& picture : collection.pictures) {
    if (has_size(picture)) sizes.push_back(size_of(picture));
  }
  const std::optional<Fences> fences = fences_of(sizes);
  if (!fences) return;
  ScoreHistogram histogram =
      make_histogram("odd-size", "side of a square of the same area, px", 0, 1.5 * fences->high, fences->high, false);
  for (const double size : sizes) count(histogram, size);
  results.histograms.push_back(std::move(histogram));
  for (const Picture& picture : collection.pictures) {
    if (!has_size(picture)) continue;
    const double size = size_of(picture);
    if (size >= fences->low && size <= fences->high) continue;
    // 0.5 on the fence, 1 as far again from the middle between the fences.
    const double away =
        std::abs(std::log(size * size / (fences->low * fences->high))) / (2 * std::log(fences->high / fences->low));
    // More pixels than usual harm nobody's training.
    results.findings.push_back(
        {picture.path, "odd-size", size < fences->low ? Severity::kMedium : Severity::kLow, std::min(1.0, away), "",
         format("%d x %d px, as a square %.0f px; usual here are %.0f to %.0f, in the middle %.0f", picture.facts.width,
                picture.facts.height, size, fences->low, fences->high, fences->median)});
  }
}

void find_odd_aspects(const Collection& collection, CleanResults& results) {
  ScoreHistogram histogram = make_histogram("odd-aspect", "short side over long side", 0, 1, kAspect, true);
  for (const Picture& picture : collection.pictures) {
    if (!has_size(picture)) continue;
    const double aspect = aspect_of(picture);
    count(histogram, aspect);
    if (aspect >= kAspect) continue;
    results.findings.push_back({picture.path, "odd-aspect", Severity::kMedium, 1 - aspect / kAspect / 2, "",
                                format("%d x %d px: one side is %.1f times the other", picture.facts.width,
                                       picture.facts.height, 1 / aspect)});
  }
  results.histograms.push_back(std::move(histogram));
}

void find_rotated(const Collection& collection, CleanResults& results) {
  static constexpr const char* kHow[] = {"mirrored",
                                         "turned by 180 degrees",
                                         "upside down",
                                         "mirrored on its side",
                                         "turned by 90 degrees",
                                         "mirrored on its other side",
                                         "turned by 270 degrees"};
  for (const Picture& picture : collection.pictures) {
    const int orientation = picture.facts.orientation;
    if (!has_size(picture) || orientation < 2 || orientation > 8) continue;
    results.findings.push_back({picture.path, "rotated", Severity::kLow, 1, "",
                                format("EXIF orientation %d: stored %s; programs that ignore EXIF see it so",
                                       orientation, kHow[orientation - 2])});
  }
}

void run(const Collection& collection, DetectorContext& context) {
  find_odd_sizes(collection, context.results);
  find_odd_aspects(collection, context.results);
  find_rotated(collection, context.results);
}

}  // namespace

extern const DetectorSpec shape;
const DetectorSpec shape{"shape",
                         "pictures of odd size or proportions, and pictures stored on their side",
                         "Tukey's outer fences (Tukey 1977) of the logarithm; aspect: cleanvision 0.3",
                         kParameters,
                         false,
                         run};

}  // namespace surefoot::clean::detectors
