#include "surefoot/index/added_mark.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace surefoot::index {
namespace {

constexpr double kInset = 2;       // px of the coarser picture along the edges of the overlap: colours bleed over there
constexpr int kSmallestSide = 24;  // cells of the overlap
constexpr float kLeastDifference = 10;  // grey levels
constexpr float kSameTone = 3,
                kOfTone =
                    0.5f;  // grey levels; share of a change of tone: colours clip one by one, luma follows no curve
constexpr float kOfContrast = 0.3f;    // of the range of levels around: sharpness differs there
constexpr size_t kSmallestRegion = 5;  // cells
constexpr int kReach = 3;              // cells: parts nearer than this are one region (letters of a word)
constexpr int kGap = 3;                // cells: narrower gaps between parts of a region do not break its outline
constexpr float kFewLevels = 12;       // grey levels: so close together are the levels of a bar
// Measured on bars, borders, text and logos on photographs: few levels say much of a large region and little of
// strokes, which are small.
constexpr double kStrokes = 100, kBar = 600, kWeightOfLevels = 2;
constexpr double kFaint = 2;  // grey levels of a jump that say nothing

/// Both pictures on one grid, about a pixel of the coarser one a cell.
struct Overlay {
  int width = 0, height = 0;
  std::vector<float> a, b;
  bool has(int x, int y) const { return x >= 0 && y >= 0 && x < width && y < height; }
  size_t at(int x, int y) const { return static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x); }
};

Overlay lay_over(const Gray& a, const Gray& b, const AffineMap& a_to_b) {
  double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
  for (const double px : {0.0, static_cast<double>(a.width)}) {
    for (const double py : {0.0, static_cast<double>(a.height)}) {
      left = std::min(left, a_to_b.x(px, py)), right = std::max(right, a_to_b.x(px, py));
      top = std::min(top, a_to_b.y(px, py)), bottom = std::max(bottom, a_to_b.y(px, py));
    }
  }
  const double cell = std::max(1.0, std::sqrt(std::abs(a_to_b.determinant()))), inset = kInset * cell;
  left = std::max(left, 0.0) + inset, top = std::max(top, 0.0) + inset;
  right = std::min<double>(right, b.width) - inset, bottom = std::min<double>(bottom, b.height) - inset;
  Overlay overlay{static_cast<int>((right - left) / cell), static_cast<int>((bottom - top) / cell), {}, {}};
  if (std::min(overlay.width, overlay.height) < kSmallestSide) return {};
  const AffineMap grid_to_b{cell, 0, left, 0, cell, top};
  overlay.a.resize(overlay.at(0, overlay.height)), overlay.b.resize(overlay.a.size());
  resample(a, grid_to_b.then(a_to_b.inverse()), overlay.width, overlay.height, overlay.a.data());
  resample(b, grid_to_b, overlay.width, overlay.height, overlay.b.data());
  return overlay;
}

float median_of(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What level of `to` stands for a level of `from`: a rising curve through the medians of bins of levels (pool adjacent
/// violators, Ayer et al. 1955). It follows brightness, contrast, gamma and clipping; an added bar, black over a bright
/// sky, cannot bend it.
class ToneCurve {
 public:
  ToneCurve(const std::vector<float>& from, const std::vector<float>& to) {
    std::array<std::vector<float>, kBins> bins;
    std::array<double, kBins> sums{};
    for (size_t i = 0; i < from.size(); ++i) bins[bin_of(from[i])].push_back(to[i]), sums[bin_of(from[i])] += from[i];
    std::vector<Run> runs;
    for (size_t bin = 0; bin < kBins; ++bin) {
      if (bins[bin].empty()) continue;
      const double weight = static_cast<double>(bins[bin].size()), mean = sums[bin] / weight;
      runs.push_back({weight, median_of(bins[bin]), mean, mean});
      while (runs.size() > 1 && runs[runs.size() - 2].level > runs.back().level) {
        Run& into = runs[runs.size() - 2];
        const Run& last = runs.back();
        into.level = (into.weight * into.level + last.weight * last.level) / (into.weight + last.weight);
        into.weight += last.weight, into.last = last.last;
        runs.pop_back();
      }
    }
    for (const Run& run : runs) {
      points_.emplace_back(run.first, run.level);
      if (run.last != run.first) points_.emplace_back(run.last, run.level);
    }
  }

  float operator()(float level) const {
    const auto after =
        std::find_if(points_.begin(), points_.end(), [&](const auto& point) { return point.first > level; });
    if (after == points_.begin()) return static_cast<float>(after->second);
    if (after == points_.end()) return static_cast<float>(points_.back().second);
    const auto before = std::prev(after);
    return static_cast<float>(before->second + (level - before->first) / (after->first - before->first) *
                                                   (after->second - before->second));
  }

 private:
  static constexpr size_t kBins = 32, kBinWidth = 256 / kBins;
  struct Run {
    double weight, level;
    double first, last;  // the mean levels of its outer bins
  };
  static size_t bin_of(float level) {
    return std::min(kBins - 1, static_cast<size_t>(std::max(0.0f, level)) / kBinWidth);
  }
  std::vector<std::pair<double, double>> points_;
};

/// `from` in the tones of `to`, and how far apart they then are; what is far off counts no more than what differs
/// clearly.
double follow(const std::vector<float>& from, const std::vector<float>& to, std::vector<float>& result) {
  const ToneCurve curve(from, to);
  result.clear();
  double apart = 0;
  for (size_t i = 0; i < from.size(); ++i) {
    result.push_back(curve(from[i]));
    apart += std::min(std::abs(result[i] - to[i]), 3 * kLeastDifference);
  }
  return apart;
}

/// Gives one picture the tones of the other, in the direction that explains more: clipped highlights have no way back.
/// Nothing is done where most cells are equal already. @return how far tones had to move, grey levels on average
float even_out(Overlay& overlay) {
  std::vector<float> a, b;
  size_t same = 0;
  for (size_t i = 0; i < overlay.a.size(); ++i) same += std::abs(overlay.a[i] - overlay.b[i]) <= kSameTone;
  if (same > overlay.a.size() / 2) return 0;
  const double a_follows = follow(overlay.a, overlay.b, a), b_follows = follow(overlay.b, overlay.a, b);
  std::vector<float>&from = a_follows <= b_follows ? overlay.a : overlay.b, &to = a_follows <= b_follows ? a : b;
  double moved = 0;
  for (size_t i = 0; i < from.size(); ++i) moved += std::abs(from[i] - to[i]);
  from = std::move(to);
  return static_cast<float>(moved / static_cast<double>(from.size()));
}

/// Of each cell and its neighbours within `reach` along both axes, `pick` of all values: one axis after the other.
template <typename T, typename Pick>
std::vector<T> over_neighbours(const Overlay& overlay, const std::vector<T>& plane, int reach, Pick pick) {
  const int width = overlay.width, height = overlay.height;
  std::vector<T> lines = plane;
  for (int y = 0; y < height; ++y) {
    const T* from = &plane[overlay.at(0, y)];
    T* to = &lines[overlay.at(0, y)];
    for (int shift = 1; shift <= reach; ++shift) {
      for (int x = shift; x < width; ++x) to[x] = pick(to[x], from[x - shift]);
      for (int x = 0; x < width - shift; ++x) to[x] = pick(to[x], from[x + shift]);
    }
  }
  std::vector<T> result = lines;
  for (int y = 0; y < height; ++y) {
    T* to = &result[overlay.at(0, y)];
    for (int v = std::max(0, y - reach); v <= std::min(height - 1, y + reach); ++v) {
      const T* from = &lines[overlay.at(0, v)];
      for (int x = 0; x < width; ++x) to[x] = pick(to[x], from[x]);
    }
  }
  return result;
}

/// How far a value lies outside of what the other picture has within one cell around, less a part of the contrast
/// there.
void excess(const Overlay& overlay,
            const std::vector<float>& of,
            const std::vector<float>& over,
            std::vector<float>& largest) {
  const auto low = over_neighbours(overlay, over, 1, [](float a, float b) { return std::min(a, b); });
  const auto high = over_neighbours(overlay, over, 1, [](float a, float b) { return std::max(a, b); });
  for (size_t i = 0; i < largest.size(); ++i) {
    largest[i] = std::max(largest[i], std::max(of[i] - high[i], low[i] - of[i]) - kOfContrast * (high[i] - low[i]));
  }
}

/// 0: the same; else the number of the connected region, from 1.
struct Regions {
  std::vector<uint16_t> number;
  std::vector<std::vector<size_t>> cells;  // of region i + 1
};

Regions regions_of(const Overlay& overlay, const std::vector<float>& difference, float limit) {
  Regions regions;
  regions.number.assign(difference.size(), 0);
  for (size_t start = 0; start < difference.size(); ++start) {
    if (difference[start] <= limit || regions.number[start] != 0 || regions.cells.size() > 60000) continue;
    const auto number = static_cast<uint16_t>(regions.cells.size() + 1);
    std::vector<size_t> cells{start};
    regions.number[start] = number;
    for (size_t i = 0; i < cells.size(); ++i) {
      const int x = static_cast<int>(cells[i]) % overlay.width, y = static_cast<int>(cells[i]) / overlay.width;
      for (int v = std::max(0, y - kReach); v <= std::min(overlay.height - 1, y + kReach); ++v) {
        for (int u = std::max(0, x - kReach); u <= std::min(overlay.width - 1, x + kReach); ++u) {
          const size_t next = overlay.at(u, v);
          if (difference[next] > limit && regions.number[next] == 0)
            regions.number[next] = number, cells.push_back(next);
        }
      }
    }
    regions.cells.push_back(std::move(cells));
  }
  return regions;
}

/// The largest share of values within kFewLevels of each other.
double share_of_few_levels(const std::vector<float>& plane, const std::vector<size_t>& cells) {
  std::vector<float> values;
  for (const size_t cell : cells) values.push_back(plane[cell]);
  std::sort(values.begin(), values.end());
  size_t most = 0;
  for (size_t first = 0, last = 0; last < values.size(); ++last) {
    while (values[last] - values[first] > kFewLevels) ++first;
    most = std::max(most, last - first + 1);
  }
  return static_cast<double>(most) / static_cast<double>(values.size());
}

/// Cells within kGap of a region (or of the rest) along both axes: a square dilation.
std::vector<uint8_t> dilated(const Overlay& overlay, const std::vector<uint8_t>& set) {
  return over_neighbours(overlay, set, kGap, [](uint8_t a, uint8_t b) { return static_cast<uint8_t>(a | b); });
}

/// The regions with their gaps closed.
std::vector<uint8_t> closed(const Overlay& overlay, const Regions& regions) {
  std::vector<uint8_t> set(regions.number.size());
  for (size_t i = 0; i < set.size(); ++i) set[i] = regions.number[i] != 0;
  set = dilated(overlay, set);
  for (uint8_t& value : set) value = !value;
  set = dilated(overlay, set);
  for (uint8_t& value : set) value = !value;
  return set;
}

/// Steps in both pictures from within a region to two cells further, out of it.
struct Jumps {
  double a = 0, b = 0;
  int count = 0;
  void add(double in_a, double in_b) { a += std::abs(in_a), b += std::abs(in_b), ++count; }
  double favour_b() const { return count == 0 ? 0 : std::log((b / count + kFaint) / (a / count + kFaint)); }
};

/// Above 0: the region was added to `b`; below 0: to `a`.
double belongs_to_b(const Overlay& overlay,
                    const Regions& regions,
                    const std::vector<uint8_t>& solid,
                    const std::vector<size_t>& cells) {
  constexpr std::array<std::array<int, 2>, 4> kDirections = {{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}};
  Jumps outline, outer;  // of all parts, and where no gap lies beyond
  for (const size_t cell : cells) {
    const int x = static_cast<int>(cell) % overlay.width, y = static_cast<int>(cell) / overlay.width;
    for (const auto [dx, dy] : kDirections) {
      if (!overlay.has(x + dx, y + dy)) continue;
      const size_t next = overlay.at(x + dx, y + dy);
      if (regions.number[next] == regions.number[cell]) continue;
      const bool goes_on =
          overlay.has(x + 2 * dx, y + 2 * dy) && regions.number[overlay.at(x + 2 * dx, y + 2 * dy)] == 0;
      const size_t beyond = goes_on ? overlay.at(x + 2 * dx, y + 2 * dy) : next;
      const double in_a = overlay.a[cell] - overlay.a[beyond], in_b = overlay.b[cell] - overlay.b[beyond];
      outline.add(in_a, in_b);
      if (!solid[next]) outer.add(in_a, in_b);
    }
  }
  const double weight =
      kWeightOfLevels * std::clamp((static_cast<double>(cells.size()) - kStrokes) / (kBar - kStrokes), 0.0, 1.0);
  const double levels = weight > 0 ? share_of_few_levels(overlay.b, cells) - share_of_few_levels(overlay.a, cells) : 0;
  return (outline.favour_b() + outer.favour_b()) / 2 + weight * levels;
}

}  // namespace

AddedMark added_mark(const Gray& a, const Gray& b, const AffineMap& a_to_b) {
  Overlay overlay = lay_over(a, b, a_to_b);
  if (overlay.a.empty()) return {};
  const float moved = even_out(overlay);
  std::vector<float> difference(overlay.a.size());
  excess(overlay, overlay.a, overlay.b, difference), excess(overlay, overlay.b, overlay.a, difference);
  const Regions regions = regions_of(overlay, difference, kLeastDifference + kOfTone * moved);
  const std::vector<uint8_t> solid = closed(overlay, regions);
  AddedMark mark;
  for (const std::vector<size_t>& cells : regions.cells) {
    if (cells.size() < kSmallestRegion) continue;
    const double share = static_cast<double>(cells.size()) / static_cast<double>(overlay.a.size());
    const double side = belongs_to_b(overlay, regions, solid, cells);
    mark.differs += share;
    if (side > 0) mark.in_b += share;
    if (side < 0) mark.in_a += share;
  }
  return mark;
}

}  // namespace surefoot::index
