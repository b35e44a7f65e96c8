#pragma once
// The orientation tag, the one piece of metadata that changes pixels.
#include <string_view>

namespace surefoot::image {

/// Orientation 1..8 out of an EXIF block (a TIFF header and its first folder; a leading "Exif\0\0" is skipped).
/// 0 where there is none or the block is damaged. Never throws. Source: EXIF 2.32, 4.6.
int exif_orientation(std::string_view block);

/// Orientation 1..8 out of an XMP packet (`tiff:Orientation`), 0 where there is none.
int xmp_orientation(std::string_view packet);

}  // namespace surefoot::image
