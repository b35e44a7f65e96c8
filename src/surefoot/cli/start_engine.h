#pragma once

namespace surefoot::cli {

/// Replaces this process with surefoot-engine (from $SUREFOOT_ENGINE, or beside this executable) and the same arguments. Throws kEngineMissing.
[[noreturn]] void start_engine(char** argv);

}  // namespace surefoot::cli
