#pragma once
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Lists the pictures (cached in the run's folder). Throws kDataChanged where they are not those that the run was
/// started with, unless changes are allowed.
void open_data(Session& session, const TrainRequest& request, bool resumed);
/// Samplers, loaders and what follows from the number of batches. Where there is no memory for so many batches, fewer
/// are held ready, which is said.
void open_loaders(
    Session& session,
    const std::function<void(const std::string& key, const std::string& value, const std::string& why)>& on_resolved);

}  // namespace surefoot::train
