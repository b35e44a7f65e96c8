#include "surefoot/image/orient.h"

#include <cstring>

namespace surefoot::image {
namespace {
struct Turn {
  bool swap, flip_x,
      flip_y;  // stored x comes from oriented x (y where swapped), counted from the far edge where flipped
};
Turn turn_of(int o) { return {o >= 5, o == 2 || o == 3 || o == 7 || o == 8, o == 3 || o == 4 || o == 6 || o == 7}; }
}  // namespace

Rect to_stored(const Rect& oriented, Size stored, int orientation) {
  const Turn t = turn_of(orientation);
  Rect r = t.swap ? Rect{oriented.y, oriented.x, oriented.height, oriented.width} : oriented;
  if (t.flip_x) r.x = stored.width - r.x - r.width;
  if (t.flip_y) r.y = stored.height - r.y - r.height;
  return r;
}

void turn(const Pixels& stored, int orientation, Pixels& oriented) {
  const Turn t = turn_of(orientation);
  const int w = stored.width, h = stored.height;
  oriented.resize(t.swap ? h : w, t.swap ? w : h);
  const ptrdiff_t step = (t.swap ? ptrdiff_t{w} : 1) * 3 * ((t.swap ? t.flip_y : t.flip_x) ? -1 : 1);
  for (int y = 0; y < oriented.height; ++y) {
    const int sx = t.swap ? (t.flip_x ? w - 1 - y : y) : (t.flip_x ? w - 1 : 0);
    const int sy = t.swap ? (t.flip_y ? h - 1 : 0) : (t.flip_y ? h - 1 - y : y);
    const uint8_t* from = stored.row(sy) + ptrdiff_t{sx} * 3;
    uint8_t* to = oriented.row(y);
    for (int x = 0; x < oriented.width; ++x, to += 3) std::memcpy(to, from + x * step, 3);
  }
}

}  // namespace surefoot::image
