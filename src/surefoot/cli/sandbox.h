#pragma once
// Takes from the calling process everything that a decoder does not need, so that a picture which takes the decoder
// over has gained nothing: no files, no network, no other processes, bounded memory and time. Linux; there is no way
// back for the process.
#include <cstdint>
#include <string>

namespace surefoot::cli {

struct SandboxLimits {
  uint64_t memory_bytes = uint64_t{3} << 30;  // address space, what the process has already included
  unsigned cpu_seconds = 20;
};

/// What took effect on this kernel. Resource limits always do.
struct SandboxLevel {
  bool seccomp = false;
  bool landlock = false;
  /// "seccomp+rlimits+landlock"
  std::string text() const;
};

/// Applies, in this order: resource limits (address space, CPU time, no core file, no new or growing files),
/// no_new_privs, Landlock with no rule at all (nothing of the file system or the network can be opened), and a seccomp
/// filter that lets through what memory allocation, already open descriptors and leaving need. File-opening calls fail
/// with EACCES, which libraries take calmly; any other call ends the process with SIGSYS. Call it in a process with one
/// thread, after everything that it needs is open. The address-space limit is left away under AddressSanitizer, whose
/// shadow memory is larger than any limit. Throws kSandbox where resource limits or seccomp cannot be had; Landlock is
/// a bonus that older kernels lack.
SandboxLevel enter_sandbox(const SandboxLimits& limits);

}  // namespace surefoot::cli
