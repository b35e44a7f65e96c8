#pragma once

namespace surefoot::cli {

/// SIGINT and SIGTERM ask the work to stop at the next safe place; a second one ends the process at once (exit 130).
/// @param what_happens  told on stderr at the first signal; a text that lives as long as the process
void catch_interrupts(const char* what_happens = "\nstopping after this step and saving; once more ends at once without saving\n");
/// True after the first signal. Async-signal-safe underneath; cheap.
bool interrupted();

}  // namespace surefoot::cli
