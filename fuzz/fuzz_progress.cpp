// The state text of a checkpoint.
#include <cstddef>
#include <cstdint>
#include <string>

#include "surefoot/base/error.h"
#include "surefoot/train/progress.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    surefoot::train::to_json(surefoot::train::progress_from_json({reinterpret_cast<const char*>(data), size}));
  } catch (const surefoot::Error&) {
    // refused, as it should be
  }
  return 0;
}
