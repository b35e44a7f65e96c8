#pragma once
// Small pictures inside a page.
#include <string>

#include "surefoot/image/pixels.h"

namespace surefoot::report {

/// A JPEG of at most `side` px, as a `data:` URI, made from the pixels alone: no EXIF, no comment. Empty for an empty
/// picture.
std::string thumbnail(const image::Pixels& pixels, int side = 160, int quality = 80);

/// Whether a text is what `thumbnail` makes: anything else must not reach a page.
bool is_thumbnail(const std::string& uri);

}  // namespace surefoot::report
