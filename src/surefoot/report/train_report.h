#pragma once
// RUN/report.html: one self-contained page about a training run. Plain data in, HTML out.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "surefoot/report/confusion.h"
#include "surefoot/runs/run_store.h"

namespace surefoot::report {

/// A recipe value that is not the default.
struct RecipeChoice {
  std::string key, fallback, value;
};

struct WorstMistake {
  std::string path;
  int64_t label = 0, predicted = 0;
  double confidence = 0;  // 0..1, in the predicted class
  std::string thumbnail;  // of report::thumbnail; may be empty
};

/// How pictures must be prepared for these weights.
struct EvalRule {
  int64_t resize = 0, crop = 0;  // px
  std::vector<double> mean, std;
  std::string interpolation;
};

struct TrainReport {
  std::string title;  // empty: the model on the data
  runs::RunRecord run;
  std::string recipe_yaml;
  std::vector<RecipeChoice> choices;
  std::vector<std::string> classes;
  Confusion confusion;              // of the best weights on the validation part; empty where not known
  std::vector<WorstMistake> worst;  // worst first
  EvalRule eval;
  std::vector<std::pair<std::string, std::string>> facts;  // about the machine and the software
};

/// Never throws for strange content: names may be any bytes, figures may be missing or not finite.
std::string render_train_report(const TrainReport& report);

// The parts, in their order on the page; empty where there is nothing to show.
std::string head_part(const TrainReport& report);
std::string curves_part(const TrainReport& report);
std::string confusion_part(const TrainReport& report);
std::string classes_part(const TrainReport& report);
std::string mistakes_part(const TrainReport& report);
std::string incidents_part(const TrainReport& report);
std::string use_part(const TrainReport& report);
std::string recipe_part(const TrainReport& report);

}  // namespace surefoot::report
