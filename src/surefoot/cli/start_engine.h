#pragma once
#include <string>

namespace surefoot::cli {

/// Where surefoot-engine is: $SUREFOOT_ENGINE, or beside this executable. Nothing says that it is there.
std::string engine_path();
/// Environment that the engine wants: libgomp lets idle threads spin for milliseconds; beside decode threads that
/// triples the CPU time of a step. It reads this only when it is loaded.
void prepare_engine_environment();
/// Replaces this process with surefoot-engine and the same arguments. Throws kEngineMissing.
[[noreturn]] void start_engine(char** argv);

}  // namespace surefoot::cli
