#pragma once
// How surefoot's processes end. Torch-free, so that a supervisor can read what the engine means.
namespace surefoot {

constexpr int kExitOk = 0;
constexpr int kExitFindings = 1;  // findings at or above --fail-on
constexpr int kExitUsage = 2;     // usage or configuration
constexpr int kExitData = 3;
constexpr int kExitEnvironment = 4;  // device, disk, memory, driver
constexpr int kExitGuard = 5;        // stopped by a guard, or by the supervisor after too many crashes
constexpr int kExitInterrupted = 6;  // asked to stop; a checkpoint was saved
constexpr int kExitInternal = 70;    // a bug (EX_SOFTWARE)
/// The engine wishes to be started anew with the same command line: what it holds is saved, what ails it (a leak, a
/// stall) ends with the process (EX_TEMPFAIL). Without a supervisor it says: run the same command again.
constexpr int kExitRestart = 75;
/// From the engine to the supervisor alone: the device is gone (kDeviceLost). Where nobody supervises, and to the user,
/// it is kExitEnvironment.
constexpr int kExitDeviceLost = 76;
constexpr int kExitAtOnce = 130;  // a second request to stop; nothing was saved

/// Set in the environment of an engine that a supervisor watches.
constexpr const char* kSupervisedVariable = "SUREFOOT_SUPERVISED";

}  // namespace surefoot
