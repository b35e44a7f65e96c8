#pragma once
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Works out what a steady step of this session will hold, unless the planner has, writes it to the log and keeps it
/// for the summary. A model that cannot be predicted has none; no run fails for that.
void predict_memory(Session& session);

/// The run holds itself otherwise from now on: what was predicted and measured before says nothing any more.
void forget_training_peak(Session& session);

/// While it lives, an evaluation runs: its peak of live bytes is not training's.
class EvaluationPeak {
 public:
  explicit EvaluationPeak(Session& session);
  ~EvaluationPeak();
  EvaluationPeak(const EvaluationPeak&) = delete;
  EvaluationPeak& operator=(const EvaluationPeak&) = delete;

 private:
  Session& session_;
};

/// Highest live bytes of this process outside evaluations, since the footing changed last.
uint64_t training_peak(const Session& session);

}  // namespace surefoot::train
