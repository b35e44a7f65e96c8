// A line of an event log: refused, or an event that survives a journey through JSON.
#include <cstdint>
#include <string>

#include "surefoot/base/error.h"
#include "surefoot/runs/event.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace surefoot;
  try {
    const std::string once = runs::to_json(runs::parse_event(std::string(reinterpret_cast<const char*>(data), size)));
    SUREFOOT_CHECK(once.find('\n') == std::string::npos, once);
    SUREFOOT_CHECK(runs::to_json(runs::parse_event(once)) == once, once);
  } catch (const Error& error) {
    SUREFOOT_CHECK(error.code() == ErrorCode::kDataManifest, error.what());
  }
  return 0;
}
