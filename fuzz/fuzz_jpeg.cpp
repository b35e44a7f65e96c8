#include "fuzz_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  surefoot::image::fuzz_decoder(surefoot::image::Format::kJpeg, data, size);
  return 0;
}
