#pragma once
// One kind of check, and the catalogue of those there are (detectors/catalog.def): a new detector is one new file and
// one line.
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "surefoot/base/clock.h"
#include "surefoot/base/files.h"
#include "surefoot/clean/collection.h"
#include "surefoot/clean/copy_groups.h"
#include "surefoot/clean/finding.h"
#include "surefoot/clean/label_scorer.h"
#include "surefoot/clean/spot_check.h"
#include "surefoot/clean/store.h"

namespace surefoot::clean {

/// What the user chose, and what detectors share.
struct CleanOptions {
  int threshold = 512;           // px, short side
  bool threshold_typed = false;  // then low resolution is never folded into one line
  double rare_factor = 3;        // how often a rare class is drawn, at most
  double label_budget = 0;       // share of the pictures that may be listed as mislabelled; 0: estimated
  std::string weights;           // for labels, outliers and to nominate copies
  uint64_t seed = 0;
  int threads = 1;
};

/// Score histogram of a check, for the report's sliders.
struct ScoreHistogram {
  std::string issue, label;  // "short side, px"
  double low = 0, high = 1;  // range of the bins
  double threshold = 0;      // where findings begin
  bool below_is_bad = true;
  std::vector<uint64_t> counts;
};

/// What a run of detectors leaves behind besides findings.
struct CleanResults {
  std::vector<Finding> findings;  // sorted by (path, issue) at the end
  std::vector<CopyGroup> groups;  // filled before detectors run, where duplicates are asked for
  std::vector<ScoreHistogram> histograms;
  std::vector<std::string> notes;  // lines for the summary: "8.1 % of the validation part is also in train (24 of 297)"
  std::vector<std::pair<std::string, std::string>> facts;  // summary.json: key -> JSON value
  std::vector<SpotCheck> spot_checks;
  std::vector<double> sampler_weights;  // one a picture; empty: none was made
};

/// What a detector works with besides the collection. Progress may throw to stop.
struct DetectorContext {
  const CleanOptions& options;
  CleanResults& results;
  LabelScorer* scorer = nullptr;  // null: no engine at hand; learned checks say so in a note
  std::function<void(const std::string& what, double share)> progress;
  std::span<const Decision> decisions = {};  // what people said in earlier runs
};

struct DetectorParameter {
  const char* name;
  double value;
  const char* help;
};

struct DetectorSpec {
  const char* name;  // of the check, for --checks: "look"
  const char* summary;
  const char* source;  // paper or formula
  std::span<const DetectorParameter> parameters;
  bool learned = false;  // needs the engine: slower
  void (*run)(const Collection& collection, DetectorContext& context) = nullptr;
};

/// In the order in which they run and are shown.
const std::vector<DetectorSpec>& all_detectors();
/// Throws kUnknownName with the nearest name.
const DetectorSpec& find_detector(const std::string& name);

}  // namespace surefoot::clean
