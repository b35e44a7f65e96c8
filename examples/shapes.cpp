#include "shapes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "surefoot/base/philox.h"

namespace surefoot::examples {
namespace {

using std::numbers::pi;
using Colour = std::array<double, 3>;  // 0..255

/// How far (u, v) lies inside the shape of radius about 1 around the origin: positive within. Signed distances, not all
/// exact.
double inside(int shape, double u, double v) {
  const double r = std::hypot(u, v), angle = std::atan2(v, u);
  // A regular outline: the distance to the nearest of n sides.
  const auto polygon = [&](int n, double apothem) {
    const double sector = 2 * pi / n;
    const double folded = std::fmod(angle + 4 * pi + sector / 2, sector) - sector / 2;
    return apothem - r * std::cos(folded);
  };
  switch (shape) {
    case 0:
      return 0.85 - r;
    case 1:
      return std::max(std::min(0.28 - std::abs(u), 0.95 - std::abs(v)),
                      std::min(0.28 - std::abs(v), 0.95 - std::abs(u)));
    case 2:
      return std::min(0.95 - r, std::hypot(u - 0.45, v) - 0.72);
    case 3: {  // heart: (x^2 + y^2 - 1)^3 - x^2 y^3 < 0, scaled
      const double x = u * 1.25, y = -v * 1.25 + 0.15;
      const double q = x * x + y * y - 1;
      return std::cbrt(x * x * y * y * y) * 0.5 - q * 0.5;
    }
    case 4:
      return std::min(0.95 - r, r - 0.55);
    case 5:
      return polygon(4, 0.7);
    case 6:
      return (0.68 + 0.27 * std::cos(5 * angle) - r) * 0.8;
    default:
      return polygon(3, 0.55);
  }
}

struct Blotch {
  double x, y, radius, strength;
  Colour colour;
};

Colour random_colour(Philox& random, double low, double high) {
  return {random.uniform(low, high), random.uniform(low, high), random.uniform(low, high)};
}

Colour mix(const Colour& a, const Colour& b, double share) {
  Colour out;
  for (size_t c = 0; c < 3; ++c) out[c] = a[c] + (b[c] - a[c]) * share;
  return out;
}

/// Everything about one picture that is decided before its first pixel.
struct Scene {
  int width, height, shape;
  double centre_x, centre_y, radius, sine, cosine, slope_x, slope_y, noise;
  Colour from, to, ink;
  std::array<Blotch, 3> blotches;
};

Scene random_scene(Philox& random, int shape) {
  Scene s{};
  s.shape = shape;
  s.width = 96 + static_cast<int>(random.below(65));
  s.height = 96 + static_cast<int>(random.below(65));
  s.radius = random.uniform(0.28, 0.44) * std::min(s.width, s.height);
  s.centre_x = random.uniform(s.radius, s.width - s.radius);
  s.centre_y = random.uniform(s.radius, s.height - s.radius);
  const double angle = random.uniform(-0.4, 0.4), direction = random.uniform(0, 2 * pi);
  s.sine = std::sin(angle), s.cosine = std::cos(angle);
  s.slope_x = std::cos(direction) / s.width, s.slope_y = std::sin(direction) / s.height;
  s.noise = random.uniform(4, 14);
  // Night scenes: a bright shape before something dark, so that a small network has a chance within minutes.
  s.from = random_colour(random, 0, 110), s.to = random_colour(random, 0, 110), s.ink = random_colour(random, 140, 255);
  for (Blotch& blotch : s.blotches) {
    blotch = {random.uniform(0, s.width), random.uniform(0, s.height), random.uniform(8, 30), random.uniform(0.1, 0.5),
              random_colour(random, 0, 180)};
  }
  return s;
}

Colour colour_at(const Scene& s, double x, double y) {
  const double along = 0.5 + (x - s.width / 2.0) * s.slope_x + (y - s.height / 2.0) * s.slope_y;
  Colour colour = mix(s.from, s.to, std::clamp(along, 0.0, 1.0));
  for (const Blotch& blotch : s.blotches) {
    const double distance = std::hypot(x - blotch.x, y - blotch.y) / blotch.radius;
    colour = mix(colour, blotch.colour, blotch.strength * std::exp(-distance * distance));
  }
  const double u = (x - s.centre_x) / s.radius, v = (y - s.centre_y) / s.radius;
  const double depth = inside(s.shape, s.cosine * u + s.sine * v, s.cosine * v - s.sine * u) * s.radius;
  return mix(colour, s.ink, std::clamp(depth + 0.5, 0.0, 1.0));  // one pixel of soft edge
}

}  // namespace

image::Pixels draw_shape(uint64_t seed, int shape, uint64_t number) {
  Philox random(seed, Purpose::kSynthetic, static_cast<uint64_t>(shape), number);
  const Scene scene = random_scene(random, shape);
  image::Pixels pixels;
  pixels.resize(scene.width, scene.height);
  for (int y = 0; y < scene.height; ++y) {
    for (int x = 0; x < scene.width; ++x) {
      const Colour colour = colour_at(scene, x + 0.5, y + 0.5);
      for (size_t c = 0; c < 3; ++c) {
        const double value = colour[c] + scene.noise * random.normal();
        pixels.row(y)[static_cast<size_t>(x) * 3 + c] = static_cast<uint8_t>(std::clamp(value, 0.0, 255.0));
      }
    }
  }
  return pixels;
}

}  // namespace surefoot::examples
