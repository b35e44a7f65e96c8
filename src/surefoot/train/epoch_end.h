#pragma once
#include <functional>

#include "surefoot/train/session.h"

namespace surefoot::train {

/// Evaluates (raw weights, and the average where EMA is on), updates the best, writes the events and hands a checkpoint
/// to the writer.
void end_epoch(Session& session);

/// Where the run stands now, for the figures of the epoch that begins.
EpochMark mark_epoch(const Session& session);

/// Evaluates the model as it stands over the validation part.
EvalFigures evaluate_session(Session& session, EvalDetails* details = nullptr);

}  // namespace surefoot::train
