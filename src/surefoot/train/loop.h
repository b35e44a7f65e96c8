#pragma once
#include "surefoot/train/session.h"

namespace surefoot::train {

enum class LoopEnd {
  kFinished,
  kInterrupted,
  kRestart,  // a guard wants the process to be started anew
};

/// Trains until the last step, an early stop, the time budget or an interruption. A checkpoint of where it stopped is
/// on the disk afterwards.
LoopEnd run_loop(Session& session, const std::function<bool()>& interrupted);

}  // namespace surefoot::train
