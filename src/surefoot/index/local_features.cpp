#include "surefoot/index/local_features.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "surefoot/base/philox.h"
#include "surefoot/base/wide.h"
#include "surefoot/index/fast_corners.h"

namespace surefoot::index {
namespace {

constexpr double kStep = 1.2;  // between pyramid levels
constexpr int kLevels = 8;
constexpr int kSmallestSide = 40;  // of a level, px
constexpr int kRadius = 15;        // of the patch around a corner, px of the level
constexpr int kMargin = kRadius + 1;
constexpr int kThreshold = 20, kLowThreshold = 7;
constexpr size_t kRanked = 12;  // corners considered for one kept
constexpr int kTurns = 32;      // directions for which the test pattern is kept turned
constexpr int kTests = 256;

/// Two points per test, in px from the corner.
struct Test {
  int8_t x1, y1, x2, y2;
};
using Pattern = std::array<Test, kTests>;

/// BRIEF's G II: both ends of a test drawn from an isotropic Gaussian of sigma = patch side / 5 (Calonder et al. 2010),
/// here drawn by Philox. Tests along the direction of the corner nearly always answer the same, so they are drawn again
/// (ORB's wish for a mean of 1/2), as are those that look at nearly the same two places as an earlier one. Test 2i + 1
/// is test 2i mirrored at the direction, so that the descriptor of a mirrored picture is known (`mirrored`). Turned to
/// each of kTurns directions.
std::array<Pattern, kTurns> make_patterns() {
  constexpr double kSigma = (2 * kRadius + 1) / 5.0;
  constexpr double kReach = kRadius - 1, kShortest = 4, kMostAlong = 6;
  Philox random(0, Purpose::kSynthetic, 256, 31);
  std::vector<std::array<double, 4>> tests;
  const auto point = [&](double& x, double& y) {
    do {
      x = kSigma * random.normal(), y = kSigma * random.normal();
    } while (x * x + y * y > kReach * kReach);
  };
  const auto near = [](double x1, double y1, double x2, double y2) { return std::hypot(x1 - x2, y1 - y2) < 2; };
  while (tests.size() < kTests) {
    std::array<double, 4> t{};
    point(t[0], t[1]);
    point(t[2], t[3]);
    const bool repeats = std::any_of(tests.begin(), tests.end(), [&](const auto& o) {
      return (near(t[0], t[1], o[0], o[1]) && near(t[2], t[3], o[2], o[3])) ||
             (near(t[0], t[1], o[2], o[3]) && near(t[2], t[3], o[0], o[1]));
    });
    const bool own_mirror = near(t[0], t[1], t[0], -t[1]) && near(t[2], t[3], t[2], -t[3]);
    if (repeats || own_mirror || std::hypot(t[0] - t[2], t[1] - t[3]) < kShortest || std::abs(t[0] - t[2]) > kMostAlong)
      continue;
    tests.push_back(t);
    tests.push_back({t[0], -t[1], t[2], -t[3]});
  }
  std::array<Pattern, kTurns> patterns;
  for (size_t turn = 0; turn < kTurns; ++turn) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(turn) / kTurns, c = std::cos(angle),
                 s = std::sin(angle);
    for (size_t i = 0; i < kTests; ++i) {
      const auto& t = tests[i];
      const auto round = [](double value) { return static_cast<int8_t>(std::lround(value)); };
      patterns[turn][i] = {round(c * t[0] - s * t[1]), round(s * t[0] + c * t[1]), round(c * t[2] - s * t[3]),
                           round(s * t[2] + c * t[3])};
    }
  }
  return patterns;
}

/// Bilinear, pixel centres aligned; for steps below 2.
SUREFOOT_WIDE void resample(const Gray& source, int width, int height, Gray& target) {
  target.resize(width, height);
  struct Tap {
    int at;
    uint32_t weight;
  };
  const auto taps = [](int from, int to) {
    std::vector<Tap> result(static_cast<size_t>(to));
    for (int i = 0; i < to; ++i) {
      const double at = std::clamp((i + 0.5) * from / to - 0.5, 0.0, from - 1.0);
      const int left = std::min(static_cast<int>(at), std::max(0, from - 2));
      result[static_cast<size_t>(i)] = {left, from > 1 ? static_cast<uint32_t>(std::lround((at - left) * 128)) : 0};
    }
    return result;
  };
  const auto columns = taps(source.width, width), rows = taps(source.height, height);
  std::vector<uint16_t> line(static_cast<size_t>(source.width) + 1);
  for (int y = 0; y < height; ++y) {
    const Tap row = rows[static_cast<size_t>(y)];
    const uint8_t *top = source.row(row.at), *bottom = source.row(std::min(row.at + 1, source.height - 1));
    const auto w = static_cast<uint16_t>(row.weight), v = static_cast<uint16_t>(128 - row.weight);
    for (int x = 0; x < source.width; ++x)
      line[static_cast<size_t>(x)] = static_cast<uint16_t>(v * top[x] + w * bottom[x]);
    line.back() = line[static_cast<size_t>(source.width) - 1];
    uint8_t* out = target.row(y);
    for (int x = 0; x < width; ++x) {
      const Tap tap = columns[static_cast<size_t>(x)];
      const uint32_t left = line[static_cast<size_t>(tap.at)], right = line[static_cast<size_t>(tap.at) + 1];
      out[x] = static_cast<uint8_t>(((128 - tap.weight) * left + tap.weight * right + 8192) >> 14);
    }
  }
}

/// Gaussian of sigma 2 over 7 x 7, so that single tests do not hang on noise; the outer 3 px keep their values.
SUREFOOT_WIDE void smooth(const Gray& source, Gray& target) {
  constexpr std::array<uint16_t, 4> kWeights = {56, 49, 33, 18};  // sum of the seven: 256
  const int width = source.width, height = source.height;
  Gray across = source;
  for (int y = 0; y < height; ++y) {
    const uint8_t* p = source.row(y);
    uint8_t* out = across.row(y);
    for (int x = 3; x < width - 3; ++x) {
      out[x] = static_cast<uint8_t>((kWeights[0] * p[x] + kWeights[1] * (p[x - 1] + p[x + 1]) +
                                     kWeights[2] * (p[x - 2] + p[x + 2]) + kWeights[3] * (p[x - 3] + p[x + 3]) + 128) >>
                                    8);
    }
  }
  target = across;
  const auto step = static_cast<std::ptrdiff_t>(width);
  for (int y = 3; y < height - 3; ++y) {
    const uint8_t* p = across.row(y);
    uint8_t* out = target.row(y);
    for (int x = 0; x < width; ++x) {
      const uint8_t* c = p + x;
      out[x] = static_cast<uint8_t>((kWeights[0] * c[0] + kWeights[1] * (c[-step] + c[step]) +
                                     kWeights[2] * (c[-2 * step] + c[2 * step]) +
                                     kWeights[3] * (c[-3 * step] + c[3 * step]) + 128) >>
                                    8);
    }
  }
}

/// Direction from the corner to the intensity centroid of a disc (Rosin 1999), radians.
double direction(const Gray& level, int cx, int cy) {
  int64_t sum_x = 0, sum_y = 0;
  for (int y = -kRadius; y <= kRadius; ++y) {
    const int reach = static_cast<int>(std::sqrt(static_cast<double>(kRadius * kRadius - y * y)));
    const uint8_t* row = level.row(cy + y) + cx;
    int line = 0;
    for (int x = -reach; x <= reach; ++x) line += row[x], sum_x += x * row[x];
    sum_y += int64_t{y} * line;
  }
  return std::atan2(static_cast<double>(sum_y), static_cast<double>(sum_x));
}

Hash256 describe(const Gray& smoothed, int x, int y, double angle) {
  static const std::array<Pattern, kTurns> patterns = make_patterns();
  const auto turn = static_cast<size_t>(std::lround(angle / (2 * std::numbers::pi) * kTurns) + kTurns) % kTurns;
  const uint8_t* centre = smoothed.row(y) + x;
  Hash256 descriptor;
  for (size_t i = 0; i < kTests; ++i) {
    const Test t = patterns[turn][i];
    const bool darker = centre[t.y1 * smoothed.width + t.x1] < centre[t.y2 * smoothed.width + t.x2];
    descriptor.words[i / 64] |= static_cast<uint64_t>(darker) << i % 64;
  }
  return descriptor;
}

std::vector<Corner> level_corners(const Gray& level, int limit) {
  const auto most = static_cast<size_t>(limit) * kRanked;
  std::vector<Corner> corners = fast_corners(level, kThreshold, kMargin, most);
  // Pale pictures and pictures of low contrast: fainter corners count where there are few.
  if (corners.size() < static_cast<size_t>(limit) * 4) corners = fast_corners(level, kLowThreshold, kMargin, most);
  return spread(std::move(corners), limit);
}

}  // namespace

LocalFeature mirrored(const LocalFeature& feature, int view_width) {
  constexpr uint64_t kEven = 0x5555555555555555;
  LocalFeature result = feature;
  result.x = static_cast<float>(view_width - 1) - feature.x;
  result.angle = static_cast<float>(std::remainder(std::numbers::pi - feature.angle, 2 * std::numbers::pi));
  for (uint64_t& word : result.descriptor.words) word = (word & kEven) << 1 | (word >> 1 & kEven);
  return result;
}

std::vector<LocalFeature> local_features(const Gray& view, int limit) {
  std::vector<Gray> levels;
  for (double scale = 1; levels.size() < kLevels; scale *= kStep) {
    const int width = static_cast<int>(std::lround(view.width / scale)),
              height = static_cast<int>(std::lround(view.height / scale));
    if (std::min(width, height) < kSmallestSide) break;
    Gray level;
    if (levels.empty())
      level = view;
    else
      resample(levels.back(), width, height, level);
    levels.push_back(std::move(level));
  }
  std::vector<LocalFeature> features;
  // Each level gets a share that falls with its side; what a level cannot fill goes to the next finer one.
  double weights = 0;
  for (size_t i = 0; i < levels.size(); ++i) weights += std::pow(kStep, -static_cast<double>(i));
  int left = limit;
  Gray smoothed;
  for (size_t i = levels.size(); i-- > 0;) {
    const double weight = std::pow(kStep, -static_cast<double>(i));
    const int quota = static_cast<int>(std::lround(left * weight / weights));
    weights -= weight;
    const std::vector<Corner> corners = level_corners(levels[i], quota);
    left -= static_cast<int>(corners.size());
    if (corners.empty()) continue;
    smooth(levels[i], smoothed);
    const double scale_x = static_cast<double>(view.width) / levels[i].width,
                 scale_y = static_cast<double>(view.height) / levels[i].height;
    for (const Corner& corner : corners) {
      const double angle = direction(levels[i], corner.x, corner.y);
      features.push_back({static_cast<float>((corner.x + 0.5) * scale_x - 0.5),
                          static_cast<float>((corner.y + 0.5) * scale_y - 0.5),
                          static_cast<float>(std::pow(kStep, static_cast<double>(i))), static_cast<float>(angle),
                          describe(smoothed, corner.x, corner.y, angle)});
    }
  }
  return features;
}

}  // namespace surefoot::index
