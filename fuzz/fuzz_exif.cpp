#include <cstdlib>

#include "surefoot/image/exif.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const int exif = surefoot::image::exif_orientation(bytes), xmp = surefoot::image::xmp_orientation(bytes);
  if (exif < 0 || exif > 8 || xmp < 0 || xmp > 8) std::abort();
  return 0;
}
