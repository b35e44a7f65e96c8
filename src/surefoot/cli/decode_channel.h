#pragma once
// What the pool and its sandboxed decoders agree on: two pieces of shared memory (files in, measurements out) and a
// socket that carries fixed-size messages. Torch-free; both ends are of the same build.
#include <cstddef>
#include <cstdint>

namespace surefoot::cli::channel {

/// The next file is written while the present one is decoded.
constexpr size_t kSlots = 2;
constexpr size_t kOutputBytes = size_t{2} << 20;  // a slot: facts, then view
/// Descriptors at which a worker finds its ends.
constexpr int kSocket = 3, kInput = 4, kOutput = 5;

/// Pool to worker: slot `sequence % kSlots` of the input holds a file of `bytes` bytes.
struct Request {
  uint64_t sequence, bytes;
};

enum class Kind : uint32_t { kReady = 0x5f11, kMeasured, kOutOfMemory, kNoSandbox };

/// Worker to pool: kReady once, then one for each request, in their order.
struct Answer {
  Kind kind;
  uint32_t facts_bytes, view_bytes;  // in the output slot, one behind the other
  uint8_t seccomp, landlock;
  uint64_t sequence;
  char detail[104];  // of kNoSandbox
};

}  // namespace surefoot::cli::channel
