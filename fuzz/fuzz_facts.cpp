#include <cstdlib>

#include "surefoot/index/picture_facts.h"

// What a decoder answers, as if it had been taken over: read or refused, and what is read can be written to the same
// bytes.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  surefoot::index::PictureFacts facts;
  surefoot::index::PictureView view;
  if (surefoot::index::unpack(bytes, facts) && surefoot::index::pack(facts) != bytes) std::abort();
  if (surefoot::index::unpack(bytes, view) && surefoot::index::pack(view) != bytes) std::abort();
  return 0;
}
