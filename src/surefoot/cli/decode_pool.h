#pragma once
// Several sandboxed decoders behind clean::Measurer: whatever a file does to one of them costs a finding and a restart.
#include <cstdint>
#include <memory>
#include <string>

#include "surefoot/clean/measurer.h"

namespace surefoot::cli {

struct DecodePoolOptions {
  std::string program;  // surefoot-decode; empty: the one beside this executable, or $SUREFOOT_DECODE
  index::MeasureOptions measure;
  int workers = 0;                            // 0: one a core
  uint64_t memory_bytes = uint64_t{3} << 30;  // address space of a decoder
  double cpu_seconds = 20;                    // a file
  double wall_seconds = 80;                   // a file
  size_t slot_bytes = size_t{16} << 20;       // larger files get a decoder of their own
  uint64_t files_a_worker = 2000;             // then it is replaced
};

/// Processes start as they are needed and end with the pool, and with the thread that made it. A file that kills its
/// decoder, hangs or answers nonsense is kCorrupt with a detail that says so ("the decoder crashed (signal 11)", "took
/// longer than 20 s"); one that needs more memory is kTooLarge. A decoder that had worked on other files before is not
/// believed at once: the file is tried again in a fresh one, so that the outcome depends on the file alone. submit and
/// receive throw kSandbox where the sandbox cannot be had and kDevice where decoders cannot be started. Not
/// thread-safe.
std::unique_ptr<clean::Measurer> make_decode_pool(const DecodePoolOptions& options);

}  // namespace surefoot::cli
