// Pictures on which there is nothing to see, or hardly anything: blank, dark, bright, blurry.
#include <algorithm>
#include <cmath>
#include <string>

#include "surefoot/clean/detector.h"
#include "surefoot/clean/score_histogram.h"
#include "surefoot/clean/sentence.h"

namespace surefoot::clean::detectors {
namespace {

constexpr double kRange = 8, kFlat = 0.94, kSurface = 0.25, kCoarse = 1, kNeighbours = 0.8, kPattern = 0.3;
constexpr double kFaintRange = 4, kFaintContrast = 0.4, kFaintPattern = 0.18;
constexpr double kDark = 0.32, kBright = 0.95, kDeep = 0.35, kSharpness = 0.5, kFlood = 0.2;

constexpr DetectorParameter kParameters[] = {
    {"range", kRange, "levels; blank where luma and every channel vary less (99th less 1st percentile)"},
    {"flat", kFlat, "share of flat blocks from which a picture is blank if its surface is smooth too"},
    {"surface", kSurface,
     "what a quadratic surface leaves of the contrast of areas; below it a picture is only a gradient"},
    {"coarse", kCoarse, "levels; contrast of areas below which noise is only noise"},
    {"neighbours", kNeighbours,
     "correlation of neighbouring pixels below which a picture without coarse contrast is noise"},
    {"pattern", kPattern, "correlation of pixels 8 to 24 px apart from which it is a pattern, not noise"},
    {"faint_range", kFaintRange,
     "levels; a dark or bright picture whose luma varies so much, and that is no gradient or noise, is not blank"},
    {"faint_contrast", kFaintContrast, "levels; and whose areas differ so much"},
    {"faint_pattern", kFaintPattern, "correlation; and whose pixels 8 to 24 px apart are so alike"},
    {"dark", kDark, "brightness 0..1 that 99 % of the pixels stay below"},
    {"bright", kBright, "brightness 0..1 that 95 % of the pixels lie above"},
    {"deep", kDeep, "how far below the darkest twentieth the darkest hundredth of a bright picture may lie"},
    {"sharpness", kSharpness, "strongest edges of a 64 px thumbnail over its range of luma, below which it is blurry"},
    {"flood", kFlood,
     "share of the set from which dark, bright or blurry is the nature of the set: low severity, one line"},
};

/// 1 at nothing, 0.5 at the threshold, towards 0 far above it: `share` is a measure over its threshold.
double closeness(double share) { return share <= 1 ? 1 - share / 2 : 1 / (2 * share); }

/// How surely a picture is blank in each of three ways; above 0.5 it is.
struct Blankness {
  double uniform = 0, gradient = 0, noise = 0;
  double most() const { return std::max({uniform, gradient, noise}); }
};

double brightness(const index::Look& look) {
  // Something small but dark on white is a picture of it: then the darkest hundredth is far below the darkest
  // twentieth.
  return std::min(look.brightness_p5, look.brightness_p1 + kDeep);
}

/// A picture that is there, only faintly: what is left of it hangs together and is no gradient. Dark or bright says
/// more of it than blank.
bool is_faint(const index::Look& look) {
  const bool is_picture = look.luma_range >= kFaintRange && look.coarse_contrast >= kFaintContrast &&
                          look.pattern_correlation >= kFaintPattern &&
                          look.surface_residual >= kSurface * look.coarse_contrast;
  return is_picture && (look.brightness_p99 < kDark || brightness(look) > kBright);
}

Blankness blankness(const index::Look& look) {
  Blankness blank;
  if (is_faint(look)) return blank;
  blank.uniform = closeness(std::max(look.luma_range, look.color_range) / kRange);
  blank.gradient = std::min(closeness((1 - look.flat_share) / (1 - kFlat)),
                            closeness(look.surface_residual / std::max(1.0, kSurface * look.coarse_contrast)));
  blank.noise = std::min({closeness(look.coarse_contrast / kCoarse),
                          closeness(std::max(0.0, look.neighbour_correlation) / kNeighbours),
                          closeness(look.pattern_correlation / kPattern)});
  return blank;
}

Finding blank_finding(const Picture& picture, const Blankness& blank) {
  const index::Look& look = picture.facts.look;
  Finding finding{picture.path, "blank", Severity::kHigh, blank.most(), "", ""};
  const double others = 100 * (1 - look.flat_share);
  if (blank.uniform > 0.5) {
    finding.detail = format("one colour: 98 %% of the pixels lie within %.0f grey levels", look.luma_range);
  } else if (blank.gradient > 0.5) {
    finding.detail = format("a smooth gradient: %.1f %% of the blocks are flat, brightness from %.2f to %.2f",
                            100 * look.flat_share, look.brightness_p1, look.brightness_p99);
  } else {
    finding.detail = format("only noise: neighbouring pixels correlate by %.2f, areas differ by %.1f grey levels",
                            look.neighbour_correlation, look.coarse_contrast);
  }
  // Something small stands on the ground: a person decides whether it is what the picture is about.
  const bool is_marked = blank.uniform > 0.5 ? look.flat_share < 1 : blank.gradient > 0.5 && look.flat_share < 0.995;
  if (is_marked) {
    finding.severity = Severity::kMedium;
    finding.detail += format("; something small is on %.1f %% of it", others);
  }
  return finding;
}

/// One of the issues that are a matter of degree.
struct Degree {
  const char* issue;
  const char* label;  // of the measure
  double threshold, high;
  bool below_is_bad;
  double (*measure)(const index::Look& look);
  const char* detail;  // with one number
};

constexpr Degree kDegrees[] = {
    {"dark", "brightness of the brightest hundredth", kDark, 1, true,
     [](const index::Look& look) { return look.brightness_p99; },
     "99 %% of the pixels are darker than %.2f (0 black, 1 white)"},
    {"bright", "brightness of the darkest twentieth", kBright, 1, false, brightness,
     "95 %% of the pixels are brighter than %.3f (0 black, 1 white)"},
    {"blurry", "sharpness of the strongest edges", kSharpness, 4, true,
     [](const index::Look& look) { return look.sharpness; },
     "the strongest edges of a 64 px thumbnail reach %.2f of its range of luma; sharp pictures reach 1 and more"},
};

double score_of(const Degree& degree, double value) {
  if (degree.below_is_bad) return closeness(value / degree.threshold);
  return 0.5 + 0.5 * (value - degree.threshold) / (degree.high - degree.threshold);
}

/// Pictures of the folder itself, decoded whole: what a damaged stream left says nothing of how the picture looked.
bool is_judged(const Picture& picture) {
  return !picture.reference && picture.facts.measured && picture.facts.status == image::DecodeStatus::kOk;
}

std::vector<bool> find_blank(const Collection& collection, CleanResults& results) {
  ScoreHistogram histogram = make_histogram("blank", "emptiness", 0, 1, 0.5, false);
  std::vector<bool> blanks(collection.pictures.size());
  for (size_t i = 0; i < collection.pictures.size(); ++i) {
    const Picture& picture = collection.pictures[i];
    if (!is_judged(picture)) continue;
    const Blankness blank = blankness(picture.facts.look);
    count(histogram, blank.most());
    if (!(blank.most() > 0.5)) continue;
    blanks[i] = true;
    results.findings.push_back(blank_finding(picture, blank));
  }
  results.histograms.push_back(std::move(histogram));
  return blanks;
}

void find_degree(const Degree& degree,
                 const Collection& collection,
                 const std::vector<bool>& blanks,
                 CleanResults& results) {
  ScoreHistogram histogram =
      make_histogram(degree.issue, degree.label, 0, degree.high, degree.threshold, degree.below_is_bad);
  const size_t first = results.findings.size();
  uint64_t judged = 0;
  for (size_t i = 0; i < collection.pictures.size(); ++i) {
    const Picture& picture = collection.pictures[i];
    if (!is_judged(picture) || blanks[i]) continue;
    const double value = degree.measure(picture.facts.look);
    count(histogram, value);
    ++judged;
    if (degree.below_is_bad ? value >= degree.threshold : value <= degree.threshold) continue;
    results.findings.push_back(
        {picture.path, degree.issue, Severity::kMedium, score_of(degree, value), "", format(degree.detail, value)});
  }
  results.histograms.push_back(std::move(histogram));
  const uint64_t found = results.findings.size() - first;
  // Night skies, X-ray pictures, scans: where a large part of the set is so, it is no fault of single pictures.
  if (judged < 20 || static_cast<double>(found) <= kFlood * static_cast<double>(judged)) return;
  for (size_t i = first; i < results.findings.size(); ++i) results.findings[i].severity = Severity::kLow;
  results.notes.push_back(format(
      "%.1f %% of the pictures are %s (%llu of %llu): it seems to be the nature of this set, so they are low in severity",
      100.0 * static_cast<double>(found) / static_cast<double>(judged), degree.issue,
      static_cast<unsigned long long>(found), static_cast<unsigned long long>(judged)));
}

void run(const Collection& collection, DetectorContext& context) {
  const std::vector<bool> blanks = find_blank(collection, context.results);
  for (const Degree& degree : kDegrees) find_degree(degree, collection, blanks, context.results);
}

}  // namespace

extern const DetectorSpec look;
const DetectorSpec look{
    "look",
    "pictures on which there is nothing to see, dark, bright and blurry ones",
    "brightness and its thresholds: cleanvision 0.3; blank: flat blocks, quadratic surface, white noise; sharpness: Laplacian (Pech-Pacheco et al. 2000)",
    kParameters,
    false,
    run};

}  // namespace surefoot::clean::detectors
