#pragma once
// What is written into the run's log about memory: each shortage, and each thing done about it.
#include <exception>
#include <string>

#include "surefoot/train/memory/memory_ladder.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

/// What the error says, in one line.
std::string message_of(std::exception_ptr error);
/// Event out_of_memory, with the figures of the device.
void say_out_of_memory(Session& session, Phase phase, const std::string& message);
/// Event memory_action; on the disk before the action has an effect on a result.
void say_memory_action(Session& session, const MemoryAction& action);
/// Gives back all caches of the device, and says so.
void free_caches(Session& session);

}  // namespace surefoot::train
