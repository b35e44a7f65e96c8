#pragma once
// Made-up pictures with corners everywhere, and what people do to pictures. Pure functions of their arguments.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "surefoot/base/philox.h"
#include "surefoot/index/copy_check.h"

namespace surefoot::index::testing {

/// Ellipses and slanted boxes of many sizes over a gradient.
inline Gray scene(uint64_t number, int width = 320, int height = 240) {
  Philox random(5, Purpose::kSynthetic, 77, number);
  Gray gray;
  gray.resize(width, height);
  const double slope_x = random.uniform(-40, 40), slope_y = random.uniform(-40, 40);
  struct Shape {
    double x, y, rx, ry, c, s;
    uint8_t level;
    bool box;
  };
  std::vector<Shape> shapes;
  for (int i = 0; i < 90; ++i) {
    const double angle = random.uniform(0, 3.1416), size = std::exp(random.uniform(std::log(5.0), std::log(45.0)));
    shapes.push_back({random.uniform(0, width), random.uniform(0, height), size, size * random.uniform(0.3, 1),
                      std::cos(angle), std::sin(angle), static_cast<uint8_t>(random.below(256)), random.below(2) == 0});
  }
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x)
      gray.row(y)[x] = static_cast<uint8_t>(128 + slope_x * x / width + slope_y * y / height);
  }
  for (const Shape& shape : shapes) {
    const double reach = 1.5 * shape.rx;
    for (int y = std::max(0, static_cast<int>(shape.y - reach)); y < std::min<double>(height, shape.y + reach); ++y) {
      for (int x = std::max(0, static_cast<int>(shape.x - reach)); x < std::min<double>(width, shape.x + reach); ++x) {
        const double u = (shape.c * (x - shape.x) + shape.s * (y - shape.y)) / shape.rx,
                     v = (shape.c * (y - shape.y) - shape.s * (x - shape.x)) / shape.ry;
        if (shape.box ? std::max(std::abs(u), std::abs(v)) < 1 : u * u + v * v < 1) gray.row(y)[x] = shape.level;
      }
    }
  }
  for (uint8_t& value : gray.values)
    value = static_cast<uint8_t>(std::clamp(value + static_cast<int>(random.below(7)) - 3, 0, 255));
  return gray;
}

inline Gray crop(const Gray& from, int left, int top, int width, int height) {
  Gray part;
  part.resize(width, height);
  for (int y = 0; y < height; ++y) std::copy_n(from.row(top + y) + left, width, part.row(y));
  return part;
}
inline Gray mirror(Gray gray) {
  for (int y = 0; y < gray.height; ++y) std::reverse(gray.row(y), gray.row(y) + gray.width);
  return gray;
}
/// A quarter turn counter-clockwise.
inline Gray turn(const Gray& from) {
  Gray turned;
  turned.resize(from.height, from.width);
  for (int y = 0; y < turned.height; ++y) {
    for (int x = 0; x < turned.width; ++x) turned.row(y)[x] = from.row(x)[from.width - 1 - y];
  }
  return turned;
}
inline Gray tone(Gray gray, double gain, double offset) {
  for (uint8_t& value : gray.values) value = static_cast<uint8_t>(std::clamp(gain * value + offset, 0.0, 255.0));
  return gray;
}
inline Gray border(const Gray& inner, int side, uint8_t level) {
  Gray framed;
  framed.resize(inner.width + 2 * side, inner.height + 2 * side);
  std::fill(framed.values.begin(), framed.values.end(), level);
  for (int y = 0; y < inner.height; ++y) std::copy_n(inner.row(y), inner.width, framed.row(y + side) + side);
  return framed;
}
inline Gray box(Gray gray, int left, int top, int width, int height, uint8_t level, double alpha) {
  for (int y = top; y < std::min(gray.height, top + height); ++y) {
    for (int x = left; x < std::min(gray.width, left + width); ++x) {
      gray.row(y)[x] = static_cast<uint8_t>(gray.row(y)[x] * (1 - alpha) + level * alpha);
    }
  }
  return gray;
}
/// Something like letters, each a few strokes; the same for the same arguments.
inline Gray text(Gray gray, int left, int top, int letters, int size, double alpha) {
  Philox random(9, Purpose::kSynthetic, 78, 0);
  const int stroke = std::max(2, size / 6);
  for (int i = 0; i < letters; ++i) {
    const int x = left + i * size;
    gray = box(std::move(gray), x, top, stroke, size, 255, alpha);
    for (int k = 0; k < 3; ++k) {
      if (random.below(3) > 0)
        gray =
            box(std::move(gray), x + stroke, top + k * (size - stroke) / 2, size * 2 / 3 - stroke, stroke, 255, alpha);
    }
  }
  return gray;
}
inline Gray tiled_text(Gray gray, double alpha) {
  for (int y = 8; y < gray.height; y += 34)
    gray = text(std::move(gray), 4 + y / 34 % 2 * 20, y, gray.width / 14, 14, alpha);
  return gray;
}

/// All that a comparison wants of a picture.
struct Seen {
  explicit Seen(const Gray& picture)
      : width(picture.width), height(picture.height), hashes(perceptual_hashes(picture)) {
    Gray view;
    shrink(picture, kThumbnailSide, thumbnail);
    shrink(picture, kViewSide, view);
    features = local_features(view);
  }
  CopyView view() const { return {&thumbnail, &hashes, features, width, height}; }
  int width, height;
  Gray thumbnail;
  PerceptualHashes hashes;
  std::vector<LocalFeature> features;
};

}  // namespace surefoot::index::testing
