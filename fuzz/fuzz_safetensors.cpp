// A safetensors header from a stranger: parsed or refused, and what was parsed agrees with the file's size.
#include <cstdint>
#include <string_view>

#include "surefoot/base/error.h"
#include "surefoot/runs/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace surefoot;
  try {
    const auto header = runs::parse_safetensors({reinterpret_cast<const char*>(data), size}, size);
    for (const auto& tensor : header.tensors)
      SUREFOOT_CHECK(tensor.begin <= tensor.end && header.data_offset + tensor.end <= size, tensor.name);
  } catch (const Error& error) {
    SUREFOOT_CHECK(error.code() == ErrorCode::kWeightsFormat, error.what());
  }
  return 0;
}
