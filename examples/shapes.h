#pragma once
// Pictures of simple shapes over a busy background: easy for people, not trivial for a network.
#include <array>
#include <cstdint>
#include <string_view>

#include "surefoot/image/pixels.h"

namespace surefoot::examples {

/// The classes, in the order in which --classes takes them.
inline constexpr std::array<std::string_view, 8> kShapes = {"circle", "cross",  "crescent", "heart",
                                                            "ring",   "square", "flower",   "triangle"};

/// Draws `shape` (an index into kShapes) at a random place, size, angle and colour over a gradient with blotches, with
/// noise over all. The picture is a pure function of (seed, shape, number); 96 to 160 px a side.
image::Pixels draw_shape(uint64_t seed, int shape, uint64_t number);

}  // namespace surefoot::examples
