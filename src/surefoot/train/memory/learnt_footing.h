#pragma once
// What runs learnt about memory, for the next run of the same recipe on the same device: one small file each in the
// user's cache folder ($XDG_CACHE_HOME/surefoot/footings, or ~/.cache/surefoot/footings).
#include <optional>
#include <string>

#include "surefoot/train/session.h"

namespace surefoot::train {

/// What decides whether a footing fits again: the recipe's values that cost memory, the model, the number of classes,
/// the device's name and its bytes. One `key: value` a line.
std::string footing_key(const config::Recipe& recipe,
                        int64_t classes,
                        const std::string& device,
                        uint64_t device_bytes);

/// Keeps the session's footing, unless memory.remember is off. A failure to write is nobody's trouble.
void remember_footing(Session& session);
/// The footing that an earlier run ended with; empty where there is none, or memory.remember is off. What the user
/// typed stays as typed, and under train.trajectory=exact the micro-batch does, too.
std::optional<plan::Footing> learnt_footing(const Session& session, const plan::Footing& start);

}  // namespace surefoot::train
