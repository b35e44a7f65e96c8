#include "surefoot/image/transform.h"

#include <algorithm>
#include <cfenv>
#include <chrono>
#include <cmath>
#include <cstring>

namespace surefoot::image {
namespace {

constexpr int kTries = 10;
/// Above this a thread gives the memory of one huge picture back.
constexpr size_t kKeptPixelBytes = size_t{64} << 20;

uint64_t now_ns() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

/// Adds what happens until its end to one of the stages.
class Stage {
 public:
  explicit Stage(uint64_t* total) : total_(total), begin_(total ? now_ns() : 0) {}
  ~Stage() {
    if (total_) *total_ += now_ns() - begin_;
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

 private:
  uint64_t* total_;
  uint64_t begin_;
};

/// Half to even, as Python's round().
int round_half_even(double value) { return static_cast<int>(std::nearbyint(value)); }

Pixels& this_threads_pixels() {
  thread_local Pixels pixels;
  if (pixels.rgb.capacity() > kKeptPixelBytes) pixels = {};
  return pixels;
}

Size oriented_size(const Header& header, const DecodeOptions& options) {
  return options.exif_orientation ? header.oriented() : header.stored;
}

Axis whole_axis(int size, int outputs) {
  return {.begin = 0, .end = static_cast<float>(size), .size = size, .outputs = outputs, .count = outputs};
}

/// Decodes just the pixels that the outputs of both axes need, and resizes.
Outcome decode_and_resize(
    std::string_view bytes, DecodeOptions options, Axis x, Axis y, Filter filter, uint8_t* target, StageTimes* times) {
  const Stretch columns = support(x, filter), rows = support(y, filter);
  options.crop = Rect{columns.begin, rows.begin, columns.end - columns.begin, rows.end - rows.begin};
  options.scale_denominator = 1;
  Pixels& pixels = this_threads_pixels();
  {
    const Stage stage(times ? &times->decode_ns : nullptr);
    if (Outcome outcome = decode(bytes, options, pixels); !outcome.ok()) return outcome;
  }
  const Stage stage(times ? &times->augment_ns : nullptr);
  x.offset = columns.begin;
  y.offset = rows.begin;
  resize(pixels, x, y, filter, target);
  return {};
}

/// The largest denominator with which the crop still has at least as many pixels as the target.
int scale_denominator(const Rect& crop, int target) {
  for (const int n : {8, 4, 2}) {
    if (crop.width >= n * target && crop.height >= n * target) return n;
  }
  return 1;
}

/// torchvision crops first and then resizes the crop: nothing outside the crop is read.
Outcome crop_and_resize(std::string_view bytes,
                        const Rect& crop,
                        Size size,
                        Format format,
                        bool flip,
                        const TransformOptions& options,
                        uint8_t* target,
                        StageTimes* times) {
  const int n = options.dct_scaling && format == Format::kJpeg ? scale_denominator(crop, options.image_size) : 1;
  DecodeOptions part = options.decode;
  part.scale_denominator = n;
  const int left = crop.x / n, top = crop.y / n;
  const int right = std::min((crop.x + crop.width + n - 1) / n, (size.width + n - 1) / n);
  const int bottom = std::min((crop.y + crop.height + n - 1) / n, (size.height + n - 1) / n);
  part.crop = Rect{left, top, right - left, bottom - top};
  Pixels& pixels = this_threads_pixels();
  {
    const Stage stage(times ? &times->decode_ns : nullptr);
    if (Outcome outcome = decode(bytes, part, pixels); !outcome.ok()) return outcome;
  }
  const Stage stage(times ? &times->augment_ns : nullptr);
  const float scale = 1.0f / static_cast<float>(n);  // exact
  Axis x = whole_axis(pixels.width, options.image_size), y = whole_axis(pixels.height, options.image_size);
  x.begin = static_cast<float>(crop.x) * scale - static_cast<float>(left);
  x.end = std::min(static_cast<float>(crop.x + crop.width) * scale - static_cast<float>(left),
                   static_cast<float>(pixels.width));
  y.begin = static_cast<float>(crop.y) * scale - static_cast<float>(top);
  y.end = std::min(static_cast<float>(crop.y + crop.height) * scale - static_cast<float>(top),
                   static_cast<float>(pixels.height));
  x.mirror = flip;
  resize(pixels, x, y, options.filter, target);
  return {};
}

/// numpy's 'reflect': the edge itself is not repeated.
int reflect(int at, int size) {
  if (size == 1) return 0;
  const int period = 2 * (size - 1);
  at = ((at % period) + period) % period;
  return at < size ? at : period - at;
}

Outcome shift_by_padding(std::string_view bytes,
                         Size size,
                         int dx,
                         int dy,
                         bool flip,
                         const TransformOptions& options,
                         uint8_t* target,
                         StageTimes* times) {
  const int side = options.image_size;
  thread_local Pixels square;
  square.resize(side, side);
  Outcome outcome = decode_and_resize(bytes, options.decode, whole_axis(size.width, side),
                                      whole_axis(size.height, side), options.filter, square.rgb.data(), times);
  if (!outcome.ok()) return outcome;
  const Stage stage(times ? &times->augment_ns : nullptr);
  for (int y = 0; y < side; ++y) {
    const uint8_t* row = square.row(reflect(y + dy - options.pad, side));
    for (int x = 0; x < side; ++x, target += 3)
      std::memcpy(target, row + ptrdiff_t{reflect((flip ? side - 1 - x : x) + dx - options.pad, side)} * 3, 3);
  }
  return {};
}

/// One axis of "resize to `resized`, then cut `wanted` out of the middle": torchvision's CenterCrop, which pads where
/// that is too small.
struct Centred {
  Axis axis;
  int before = 0;  // black pixels ahead
};
Centred centred(int size, int resized, int wanted) {
  Centred result{whole_axis(size, resized), 0};
  if (wanted > resized) {
    result.before = (wanted - resized) / 2;
    return result;
  }
  result.axis.first = round_half_even((resized - wanted) / 2.0);
  result.axis.count = wanted;
  return result;
}

Outcome resize_and_centre(
    std::string_view bytes, Size size, bool flip, const TransformOptions& options, uint8_t* target, StageTimes* times) {
  const int wanted = options.image_size;
  // torchvision's Resize(int): the short side becomes eval_resize, the long one is cut to whole pixels.
  const int short_side = std::min(size.width, size.height), long_side = std::max(size.width, size.height);
  const int grown = std::max(1, static_cast<int>(static_cast<int64_t>(options.eval_resize) * long_side / short_side));
  const bool wide = size.width >= size.height;
  Centred x = centred(size.width, wide ? grown : options.eval_resize, wanted),
          y = centred(size.height, wide ? options.eval_resize : grown, wanted);
  x.axis.mirror = flip;
  if (x.axis.count == wanted && y.axis.count == wanted)
    return decode_and_resize(bytes, options.decode, x.axis, y.axis, options.filter, target, times);
  thread_local Pixels small;
  small.resize(x.axis.count, y.axis.count);
  if (Outcome outcome =
          decode_and_resize(bytes, options.decode, x.axis, y.axis, options.filter, small.rgb.data(), times);
      !outcome.ok())
    return outcome;
  const auto row_bytes = static_cast<size_t>(wanted) * 3;
  std::memset(target, 0, row_bytes * static_cast<size_t>(wanted));
  const int before = flip ? wanted - x.axis.count - x.before : x.before;
  for (int row = 0; row < y.axis.count; ++row) {
    std::memcpy(target + static_cast<size_t>(y.before + row) * row_bytes + static_cast<size_t>(before) * 3,
                small.row(row), static_cast<size_t>(small.width) * 3);
  }
  return {};
}

}  // namespace

Rect random_resized_crop(Size size, double scale_min, double scale_max, double ratio_max, Philox& random) {
  const double area = static_cast<double>(size.width) * size.height, log_ratio = std::log(ratio_max);
  Size found{0, 0};
  // Every try is drawn, so that later draws do not depend on the picture's size.
  for (int i = 0; i < kTries; ++i) {
    const double target = area * random.uniform(scale_min, scale_max),
                 ratio = std::exp(random.uniform(-log_ratio, log_ratio));
    const int width = round_half_even(std::sqrt(target * ratio)), height = round_half_even(std::sqrt(target / ratio));
    if (found.width == 0 && width > 0 && height > 0 && width <= size.width && height <= size.height)
      found = {width, height};
  }
  const double at_y = random.uniform(), at_x = random.uniform();
  if (found.width > 0) {
    const int x = static_cast<int>(at_x * (size.width - found.width + 1)),
              y = static_cast<int>(at_y * (size.height - found.height + 1));
    return {x, y, found.width, found.height};
  }
  const double ratio = static_cast<double>(size.width) / size.height;
  found = size;
  if (ratio < 1 / ratio_max)
    found.height = std::min(size.height, round_half_even(size.width * ratio_max));
  else if (ratio > ratio_max)
    found.width = std::min(size.width, round_half_even(size.height * ratio_max));
  return {(size.width - found.width) / 2, (size.height - found.height) / 2, found.width, found.height};
}

Outcome train_transform(
    std::string_view bytes, const TransformOptions& options, Philox& random, uint8_t* target, StageTimes* times) {
  Header header;
  if (Outcome outcome = read_header(bytes, options.decode.max_pixels, header); !outcome.ok()) return outcome;
  const Size size = oriented_size(header, options.decode);
  switch (options.crop) {
    case Crop::kRandomResized: {
      const Rect crop = random_resized_crop(size, options.scale_min, options.scale_max, options.ratio_max, random);
      const bool flip = random.uniform() < options.flip;
      return crop_and_resize(bytes, crop, size, header.format, flip, options, target, times);
    }
    case Crop::kPad: {
      const int steps = 2 * options.pad + 1;
      const int dy = static_cast<int>(random.uniform() * steps), dx = static_cast<int>(random.uniform() * steps);
      const bool flip = random.uniform() < options.flip;
      return shift_by_padding(bytes, size, dx, dy, flip, options, target, times);
    }
    default:
      return resize_and_centre(bytes, size, random.uniform() < options.flip, options, target, times);
  }
}

Outcome eval_transform(std::string_view bytes, const TransformOptions& options, uint8_t* target, StageTimes* times) {
  Header header;
  if (Outcome outcome = read_header(bytes, options.decode.max_pixels, header); !outcome.ok()) return outcome;
  return resize_and_centre(bytes, oriented_size(header, options.decode), false, options, target, times);
}

}  // namespace surefoot::image
