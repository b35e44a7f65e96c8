#include <gtest/gtest.h>
#include <hwy/targets.h>

#include "image/test_pictures.h"
#include "surefoot/image/resize.h"

namespace surefoot::image {
namespace {

/// Pillow's algorithm, written down plainly: two passes of 22-bit weights with 8 bits between them.
class PlainResize {
 public:
  PlainResize(Filter filter, int size, double begin, double end, int outputs) {
    const double scale = (end - begin) / outputs, stretch = std::max(scale, 1.0),
                 reach = (filter == Filter::kBilinear ? 1 : 2) * stretch;
    for (int o = 0; o < outputs; ++o) {
      const double center = begin + (o + 0.5) * scale;
      const int first = std::max(static_cast<int>(center - reach + 0.5), 0),
                last = std::min(static_cast<int>(center + reach + 0.5), size);
      std::vector<double> row(static_cast<size_t>(size));
      double sum = 0;
      for (int p = first; p < last; ++p)
        sum += row[static_cast<size_t>(p)] = value(filter, std::abs((p - center + 0.5) / stretch));
      for (double& w : row) w /= sum;
      weights_.push_back(row);
    }
  }
  uint8_t at(int output, const uint8_t* values, int step) const {
    int sum = 1 << 21;
    const auto& row = weights_[static_cast<size_t>(output)];
    for (size_t p = 0; p < row.size(); ++p)
      sum += static_cast<int>(std::lround(row[p] * (1 << 22))) * values[p * static_cast<size_t>(step)];
    return static_cast<uint8_t>(std::clamp(sum >> 22, 0, 255));
  }

 private:
  static double value(Filter filter, double x) {
    if (filter == Filter::kBilinear) return x < 1 ? 1 - x : 0;
    return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
  }
  std::vector<std::vector<double>> weights_;
};

Pixels plain_resize(const Pixels& source, const Rect& box, Filter filter, int width, int height) {
  const PlainResize x(filter, source.width, box.x, box.x + box.width, width),
      y(filter, source.height, box.y, box.y + box.height, height);
  Pixels between, result;
  result.resize(width, height);
  const bool columns_first = height < source.height && source.height - height > 2 * (source.width - width);
  if (columns_first) {
    between.resize(source.width, height);
    for (int r = 0; r < height; ++r)
      for (int i = 0; i < source.width * 3; ++i) between.row(r)[i] = y.at(r, source.row(0) + i, source.width * 3);
    for (int r = 0; r < height; ++r)
      for (int i = 0; i < width * 3; ++i) result.row(r)[i] = x.at(i / 3, between.row(r) + i % 3, 3);
  } else {
    between.resize(width, source.height);
    for (int r = 0; r < source.height; ++r)
      for (int i = 0; i < width * 3; ++i) between.row(r)[i] = x.at(i / 3, source.row(r) + i % 3, 3);
    for (int r = 0; r < height; ++r)
      for (int i = 0; i < width * 3; ++i) result.row(r)[i] = y.at(r, between.row(0) + i, width * 3);
  }
  return result;
}

TEST(Resize, EqualsThePlainAlgorithmOnEveryInstructionSet) {
  const struct {
    Size source;
    Rect box;
    Size target;
  } cases[] = {{{83, 61}, {0, 0, 83, 61}, {32, 32}}, {{83, 61}, {5, 7, 50, 40}, {224, 224}},
               {{1, 1}, {0, 0, 1, 1}, {9, 7}},       {{2, 90}, {0, 0, 2, 90}, {1, 1}},
               {{300, 7}, {10, 1, 280, 5}, {5, 33}}, {{40, 130}, {0, 0, 40, 130}, {37, 20}},
               {{33, 17}, {0, 0, 33, 17}, {33, 17}}};
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    for (const auto& c : cases) {
      const Pixels source = scene(c.source.width, c.source.height);
      for (const Filter filter : {Filter::kBilinear, Filter::kBicubic}) {
        Pixels got;
        got.resize(c.target.width, c.target.height);
        resize(source, c.box.x, c.box.y, c.box.x + c.box.width, c.box.y + c.box.height, filter, got.rgb.data(),
               got.width, got.height);
        EXPECT_EQ(got.rgb, plain_resize(source, c.box, filter, c.target.width, c.target.height).rgb)
            << hwy::TargetName(target) << " " << c.source.width << "x" << c.source.height;
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(Resize, OfAWindowFromItsSupportEqualsTheCutOfTheWhole) {
  const Pixels source = scene(301, 203);
  const Axis x{.begin = 0, .end = 301, .size = 301, .outputs = 90, .count = 90},
      y{.begin = 0, .end = 203, .size = 203, .outputs = 61, .count = 61};
  Pixels whole, window;
  whole.resize(90, 61);
  for (const Filter filter : {Filter::kBilinear, Filter::kBicubic}) {
    resize(source, x, y, filter, whole.rgb.data());
    Axis wx = x, wy = y;
    wx.first = 11, wx.count = 40, wx.mirror = true, wy.first = 20, wy.count = 33;
    const Stretch columns = support(wx, filter), rows = support(wy, filter);
    const Pixels part = cut(source, {columns.begin, rows.begin, columns.end - columns.begin, rows.end - rows.begin});
    wx.offset = columns.begin, wy.offset = rows.begin;
    window.resize(40, 33);
    resize(part, wx, wy, filter, window.rgb.data());
    for (int r = 0; r < 33; ++r) {
      for (int i = 0; i < 40; ++i) {
        for (int c = 0; c < 3; ++c) ASSERT_EQ(window.row(r)[i * 3 + c], whole.row(20 + r)[(11 + 39 - i) * 3 + c]);
      }
    }
  }
}

TEST(Resize, LeavesAnEvenSurfaceAsItIs) {
  Pixels source;
  source.resize(57, 43);
  for (const int level : {0, 1, 127, 254, 255}) {
    std::fill(source.rgb.begin(), source.rgb.end(), static_cast<uint8_t>(level));
    for (const Filter filter : {Filter::kBilinear, Filter::kBicubic}) {
      std::vector<uint8_t> target(224 * 100 * 3);
      resize(source, 3.3, 1.7, 50.1, 40.9, filter, target.data(), 224, 100);
      EXPECT_EQ(target, std::vector<uint8_t>(target.size(), static_cast<uint8_t>(level)));
    }
  }
}

}  // namespace
}  // namespace surefoot::image
