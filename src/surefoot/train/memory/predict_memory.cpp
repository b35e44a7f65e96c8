#include "surefoot/train/memory/predict_memory.h"

#include <algorithm>

#include "surefoot/base/error.h"
#include "surefoot/tensor/memory.h"
#include "surefoot/tensor/memory_budget.h"
#include "surefoot/train/memory/plan_run.h"

namespace surefoot::train {

void predict_memory(Session& s) {
  try {
    if (s.memory_peaks.predicted == 0) {
      const auto [training, evaluation] =
          predict_peaks(s.recipe, static_cast<int64_t>(s.manifest->classes().size()), s.footing);
      s.memory_peaks.predicted = static_cast<uint64_t>(training),
      s.memory_peaks.predicted_evaluation = static_cast<uint64_t>(evaluation);
    }
    s.log->write(s.progress.step, "plan",
                 {{"predicted_peak_bytes", static_cast<int64_t>(s.memory_peaks.predicted)},
                  {"evaluation_peak_bytes", static_cast<int64_t>(s.memory_peaks.predicted_evaluation)},
                  {"budget_bytes", static_cast<int64_t>(tensor::memory_budget(s.device))}});
  } catch (const Error& error) {
    s.log->write(s.progress.step, "warning", {{"message", error.what_failed() + ": " + error.why()}});
  }
}

uint64_t training_peak(const Session& s) {
  return std::max(s.memory_peaks.training, tensor::device_memory(s.device).peak_bytes);
}

void forget_training_peak(Session& s) {
  s.memory_peaks.predicted = s.memory_peaks.training = 0;
  tensor::reset_peak(s.device);
}

EvaluationPeak::EvaluationPeak(Session& session) : session_(session) {
  session_.memory_peaks.training = training_peak(session_);
  tensor::reset_peak(session_.device);
}

EvaluationPeak::~EvaluationPeak() {
  session_.memory_peaks.evaluation =
      std::max(session_.memory_peaks.evaluation, tensor::device_memory(session_.device).peak_bytes);
  tensor::reset_peak(session_.device);
}

}  // namespace surefoot::train
