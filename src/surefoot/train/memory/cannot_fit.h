#pragma once
#include "surefoot/base/error.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

/// kOutOfMemory for a run that has nothing left to give up: what is in force, and which recipe values would make it fit
/// by the dry run, each with what it changes and needs.
/// @param message  of the shortage
Error cannot_fit(const Session& session, Phase phase, const std::string& message);

}  // namespace surefoot::train
