#pragma once
#include "surefoot/train/resolve.h"
#include "surefoot/train/session.h"

namespace surefoot::train {

/// Sets the budget of the session's device, before the first tensor there: memory.budget, made bytes in the recipe; on
/// the CPU, without one, what the machine and its control groups have free now, so that a shortage is an error that can
/// be recovered from and not the kernel's end of the process.
void govern_memory(Session& session, const Resolved& on_resolved);

/// On the CPU, without memory.budget: once data and model are there, leaves room for what will stand beside the tensors
/// (plan/host_memory.h), and a fifth less each time that the kernel has killed the run for its memory.
void leave_room(Session& session, const Resolved& on_resolved);

/// Where a run starts: the recipe's footing (also the ceiling), or the checkpoint's, or what an earlier run has learnt,
/// or what the planner chooses where the recipe as it is does not fit.
/// @param fresh            nothing was trained before: an earlier run of this folder may have begun with another
/// micro-batch
/// @param from_checkpoint  may be null
/// @return why it is not what the recipe has; empty where it is, or is the checkpoint's
std::string find_footing(Session& session, bool fresh, const Progress* from_checkpoint, const Resolved& on_resolved);
/// Where the start is not what the recipe has: a comment in the run's recipe, and the micro-batch in the log, so that a
/// run that is killed before its first checkpoint begins with it again.
/// @param why  what find_footing returned
void say_start_footing(Session& session, const std::string& why);

}  // namespace surefoot::train
