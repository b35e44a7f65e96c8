#pragma once
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Hands a snapshot to the writer. Where there is no memory for one, waits for the writer, frees caches and tries
/// again, then writes straight from the live tensors, one after the other, while training waits.
void save_checkpoint(Session& session, bool keep);

}  // namespace surefoot::train
