#pragma once
// RUN/quarantined_batches.csv: `step,epoch,picture,path,why`, a row a picture of each batch that was not learnt from
// because a divergence came with it. Nothing is done to the pictures: one of them may be the reason.
#include <string>

#include "surefoot/train/session.h"

namespace surefoot::train {

/// Paths of the batch's pictures as in the manifest.
std::vector<std::string> paths_of(const Session& session, const data::Batch& batch);
/// Adds the batch of the present step; what an earlier try of this or a later step wrote (before a kill or a roll-back)
/// is replaced.
void quarantine_batch(Session& session, const data::Batch& batch, const std::string& why);
std::string quarantine_file(const Session& session);

}  // namespace surefoot::train
