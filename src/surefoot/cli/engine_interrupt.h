#pragma once

namespace surefoot::cli {

/// SIGINT and SIGTERM ask the work to stop at the next safe place; a second one ends the process at once (exit 130).
void catch_interrupts();
/// True after the first signal. Async-signal-safe underneath; cheap.
bool interrupted();

}  // namespace surefoot::cli
