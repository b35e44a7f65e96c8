// Few pixels, and pixels that carry no detail.
#include <algorithm>
#include <array>
#include <cmath>

#include "surefoot/clean/detector.h"
#include "surefoot/clean/sentence.h"

namespace surefoot::clean::detectors {
namespace {

constexpr double kFlood = 0.5;  // share of the set below a threshold that nobody typed, above which it is one line
constexpr double kShareOfDetail = 0.8;  // where the report draws its line in the histogram of effective shares

constexpr DetectorParameter kParameters[] = {
    {"threshold", 512, "px; pictures with a shorter side are of low resolution (--threshold)"},
    {"flood", kFlood,
     "share of the set below a threshold that was not typed, above which it is one line instead of findings"},
    {"fake_score", index::kFakeResolutionScore, "score above which the pixels of a picture count as fewer than stored"},
};

int short_side(const Picture& picture) { return std::min(picture.facts.width, picture.facts.height); }

bool is_own_picture(const Picture& picture) { return !picture.reference && short_side(picture) > 0; }

ScoreHistogram short_sides(const Collection& collection, int threshold) {
  constexpr int kBins = 32;
  ScoreHistogram histogram{
      "low-resolution", "short side, px", 0, 2.0 * threshold, static_cast<double>(threshold), true, {}};
  histogram.counts.resize(kBins);
  for (const Picture& picture : collection.pictures) {
    if (!is_own_picture(picture)) continue;
    const int64_t bin = int64_t{short_side(picture)} * kBins / (2 * int64_t{threshold});
    ++histogram.counts[static_cast<size_t>(std::min<int64_t>(bin, kBins - 1))];
  }
  return histogram;
}

ScoreHistogram effective_shares(const Collection& collection) {
  constexpr int kBins = 20;
  ScoreHistogram histogram{
      "fake-resolution", "share of the pixels a side that carry detail", 0, 1, kShareOfDetail, true, {}};
  histogram.counts.resize(kBins);
  for (const Picture& picture : collection.pictures) {
    if (picture.reference || !picture.facts.measured) continue;
    const double share = std::clamp(picture.facts.resolution.effective_share, 0.0, 1.0);
    ++histogram.counts[static_cast<size_t>(std::min(share * kBins, kBins - 1.0))];
  }
  return histogram;
}

/// One line for a set that is small as a whole: "58.3 % of the pictures (700 of 1200) ...".
std::string flood_line(const Collection& collection, int threshold, uint64_t below, uint64_t all) {
  std::array<uint64_t, 5> quarters{};  // of the threshold; the last: not below it
  for (const Picture& picture : collection.pictures) {
    if (is_own_picture(picture))
      ++quarters[static_cast<size_t>(std::min<int64_t>(int64_t{4} * short_side(picture) / threshold, 4))];
  }
  std::string line = format(
      "%.1f %% of the pictures (%llu of %llu) have a short side below %d px, so they are not listed one by one; by short side:",
      100.0 * static_cast<double>(below) / static_cast<double>(all), static_cast<unsigned long long>(below),
      static_cast<unsigned long long>(all), threshold);
  for (int i = 0; i < 4; ++i) {
    line += format(" %d to %d px %llu,", i * threshold / 4, (i + 1) * threshold / 4 - 1,
                   static_cast<unsigned long long>(quarters[static_cast<size_t>(i)]));
  }
  return line + format(" %d px and more %llu (--threshold %d lists them)", threshold,
                       static_cast<unsigned long long>(quarters[4]), threshold);
}

void find_small(const Collection& collection, DetectorContext& context) {
  const int threshold = std::max(context.options.threshold, 1);
  const auto is_below = [&](const Picture& picture) {
    return is_own_picture(picture) && short_side(picture) < threshold;
  };
  const auto all =
      static_cast<uint64_t>(std::count_if(collection.pictures.begin(), collection.pictures.end(), is_own_picture));
  const auto below =
      static_cast<uint64_t>(std::count_if(collection.pictures.begin(), collection.pictures.end(), is_below));
  context.results.histograms.push_back(short_sides(collection, threshold));
  context.results.facts.emplace_back("low_resolution_pictures", std::to_string(below));
  if (!context.options.threshold_typed && static_cast<double>(below) > kFlood * static_cast<double>(all)) {
    context.results.notes.push_back(flood_line(collection, threshold, below, all));
    return;
  }
  for (const Picture& picture : collection.pictures) {
    if (!is_below(picture)) continue;
    const double deficit = 1 - static_cast<double>(short_side(picture)) / threshold;
    context.results.findings.push_back(
        {picture.path, "low-resolution", context.options.threshold_typed ? Severity::kHigh : Severity::kMedium, deficit,
         "",
         format("%d x %d px: the short side is below %d px", picture.facts.width, picture.facts.height, threshold)});
  }
}

Finding fake(const Picture& picture, const CleanOptions& options) {
  const index::PictureFacts& facts = picture.facts;
  const index::Resolution& resolution = facts.resolution;
  const double share = std::clamp(resolution.effective_share, 0.001, 1.0);
  const auto effective = [&](int px) { return std::max(1, static_cast<int>(std::lround(px * share))); };
  std::string how = "soft or enlarged";
  if (resolution.upscaled) {
    how = format("enlarged x%.1f (%s)", 1 / share,
                 resolution.replication > index::kReplicationTrace ? "repeated pixels" : "traces of interpolation");
  }
  const bool below = effective(short_side(picture)) < options.threshold;
  const Severity severity =
      resolution.upscaled && options.threshold_typed && below ? Severity::kHigh : Severity::kMedium;
  return {picture.path,
          "fake-resolution",
          severity,
          resolution.score,
          "",
          format("effective about %d x %d of %d x %d px, %s; confidence %.0f %%", effective(facts.width),
                 effective(facts.height), facts.width, facts.height, how.c_str(), 100 * resolution.confidence)};
}

void find_fake(const Collection& collection, DetectorContext& context) {
  uint64_t enlarged = 0, soft = 0;
  for (const Picture& picture : collection.pictures) {
    if (picture.reference || !picture.facts.measured || picture.facts.resolution.score <= index::kFakeResolutionScore)
      continue;
    ++(picture.facts.resolution.upscaled ? enlarged : soft);
    context.results.findings.push_back(fake(picture, context.options));
  }
  context.results.histograms.push_back(effective_shares(collection));
  context.results.facts.emplace_back("enlarged_pictures", std::to_string(enlarged));
  context.results.facts.emplace_back("soft_pictures", std::to_string(soft));
}

void run(const Collection& collection, DetectorContext& context) {
  find_small(collection, context);
  find_fake(collection, context);
}

}  // namespace

extern const DetectorSpec resolution;
const DetectorSpec resolution{
    "resolution",
    "pictures with few pixels, and enlarged or soft ones whose pixels carry little detail",
    "spectra of blocks, and the periodicity of second differences (Gallagher 2005; Mahdian & Saic 2008), weighed by a small network made from generated data",
    kParameters,
    false,
    run};

}  // namespace surefoot::clean::detectors
