#pragma once
// One picture decoded in a process of its own: whatever the picture does to the decoder costs that process and nothing
// else.
#include <cstdint>
#include <string>
#include <string_view>

#include "surefoot/cli/sandbox.h"

namespace surefoot::cli {

struct DecodeReport {
  std::string status;  // image::status_name, or crashed, timeout, out-of-memory
  std::string format, detail;
  int width = 0, height = 0;  // px, after the EXIF turn
  int orientation = 1;
  uint64_t pixels_xxh3 = 0;  // of the RGB bytes; 0 where not ok
  std::string sandbox;       // level reached; empty where the child ended before it could tell
};

/// Forks, enters the sandbox in the child, decodes there. Blocks until the child has answered or died, at most four
/// times the CPU limit of wall time. What the child says is taken as hostile too: lengths and numbers are checked, text
/// is not interpreted. Throws kSandbox where the sandbox cannot be had (never decodes without it) and kDevice where no
/// process can be started.
DecodeReport decode_in_child(std::string_view bytes, uint64_t max_pixels, const SandboxLimits& limits);

}  // namespace surefoot::cli
