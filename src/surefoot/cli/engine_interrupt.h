#pragma once

namespace surefoot::cli {

/// SIGINT, SIGTERM and SIGHUP (a closed terminal; not under nohup) ask the work to stop at the next safe place; another
/// one ends the process at once (exit 130), unless it comes from a process within a second: then it is the same
/// request, sent to a whole group.
/// @param what_happens  told on stderr at the first signal; a text that lives as long as the process
void catch_interrupts(
    const char* what_happens = "\nstopping after this step and saving; once more ends at once without saving\n");
/// True after the first signal. Async-signal-safe underneath; cheap.
bool interrupted();

}  // namespace surefoot::cli
