#pragma once
#include <string>

#include "surefoot/image/pixels.h"

namespace surefoot::examples {

/// The picture as a JPEG file's bytes, chroma 4:2:0. @param quality 1..100
std::string jpeg_bytes(const image::Pixels& pixels, int quality);

}  // namespace surefoot::examples
