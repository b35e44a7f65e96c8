#pragma once
// EXIF orientations as coordinate maps: swap the axes, then flip either of them.
#include "surefoot/image/pixels.h"

namespace surefoot::image {

/// The rectangle of the stored picture whose pixels make `oriented` once turned. @param stored size of the stored
/// picture
Rect to_stored(const Rect& oriented, Size stored, int orientation);

/// Turns `stored` as `orientation` (1..8) says into `oriented`, which must be another object.
void turn(const Pixels& stored, int orientation, Pixels& oriented);

}  // namespace surefoot::image
