#pragma once
// Starting from somebody else's weights.
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Loads `model.weights` into the session's model and tells every missing, surplus, resized and renewed key as an
/// event.
void load_start_weights(Session& session);

}  // namespace surefoot::train
