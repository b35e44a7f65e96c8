#include "surefoot/index/interpolation_trace.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "surefoot/base/wide.h"
#include "surefoot/index/fft.h"

namespace surefoot::index {
namespace {

constexpr int kLength = 512, kBins = kLength / 2;
constexpr int kClip = 20;                       // grey levels: an edge or a letter counts as any other structure
constexpr int kReach = 12;                      // px around a difference that it is compared with
constexpr double kSmall = 0.35;                 // of what lies around
constexpr int kLowestBin = 36;                  // below: the picture's own structure
constexpr int kGrid = kLength / 8, kGuard = 8;  // JPEG's pattern varies over the picture: its lines have width

using Profile = std::vector<double>;

struct Profiles {
  Profile first, second;
};

/// Along x: means over rows of |I(x) - I(x+1)| and |I(x-1) - 2 I(x) + I(x+1)|, x from 1 to width - 2. Along y likewise.
SUREFOOT_WIDE void profiles(const Gray& gray, const PartOfPicture& part, Profiles& columns, Profiles& rows) {
  const auto width = static_cast<size_t>(part.width), inner = width - 2;
  std::vector<uint32_t> first(width), second(width);
  columns = rows = {};
  for (int y = 1; y + 1 < part.height; ++y) {
    const uint8_t* here = gray.row(part.y + y) + part.x;
    const uint8_t* above = gray.row(part.y + y - 1) + part.x;
    const uint8_t* below = gray.row(part.y + y + 1) + part.x;
    uint32_t row_first = 0, row_second = 0;
    for (size_t x = 1; x + 1 < width; ++x) {
      first[x] += static_cast<uint32_t>(std::min(std::abs(here[x] - here[x + 1]), kClip));
      second[x] += static_cast<uint32_t>(std::min(std::abs(here[x - 1] - 2 * here[x] + here[x + 1]), kClip));
      row_first += static_cast<uint32_t>(std::min(std::abs(here[x] - below[x]), kClip));
      row_second += static_cast<uint32_t>(std::min(std::abs(above[x] - 2 * here[x] + below[x]), kClip));
    }
    rows.first.push_back(row_first / static_cast<double>(inner));
    rows.second.push_back(row_second / static_cast<double>(inner));
  }
  const double lines = part.height - 2;
  for (size_t x = 1; x + 1 < width; ++x)
    columns.first.push_back(first[x] / lines), columns.second.push_back(second[x] / lines);
}

/// Each value over the mean of those around it.
Profile relative(const Profile& profile) {
  constexpr double kLeast = 0.03;  // grey levels: plain stretches are no structure
  Profile sums(profile.size() + 1, 0.0), out(profile.size());
  for (size_t i = 0; i < profile.size(); ++i) sums[i + 1] = sums[i] + profile[i];
  for (size_t i = 0; i < profile.size(); ++i) {
    const size_t begin = i < kReach ? 0 : i - kReach, end = std::min(profile.size(), i + kReach + 1);
    const double mean = (sums[end] - sums[begin]) / static_cast<double>(end - begin);
    out[i] = (profile[i] + kLeast) / (mean + kLeast);
  }
  return out;
}

double small_share(const Profile& values) {
  return static_cast<double>(std::count_if(values.begin(), values.end(), [](double v) { return v < kSmall; })) /
         static_cast<double>(values.size());
}

using Spectrum = std::array<double, kBins + 1>;

void add_power(const Profile& values, Spectrum& power) {
  static const Fft fft(kLength);
  std::array<float, kLength> real{}, imaginary{};
  double energy = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const double phase = (static_cast<double>(i) + 0.5) / static_cast<double>(values.size());
    const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * phase);
    energy += window * window;
    real[i] = static_cast<float>(window * values[i]);
  }
  fft.forward(real.data(), imaginary.data(), 1);
  for (size_t k = 0; k <= kBins; ++k) power[k] += (real[k] * real[k] + imaginary[k] * imaginary[k]) / energy;
}

/// What repeats every eight values: the median of each phase.
std::array<double, 8> pattern_of_eight(const Profile& values) {
  std::array<double, 8> pattern{};
  for (size_t phase = 0; phase < 8; ++phase) {
    Profile at;
    for (size_t i = phase; i < values.size(); i += 8) at.push_back(values[i]);
    std::nth_element(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(at.size() / 2), at.end());
    pattern[phase] = at[at.size() / 2];
  }
  return pattern;
}

/// Spectra of one axis, summed over the parts: as it is, and without what repeats every eight px.
struct AxisSpectra {
  Spectrum whole{}, off_grid{};
  double small = 0, scale = 0;
  void add(const Profile& profile, double share) {
    Profile values = relative(profile);
    small += share * small_share(values);
    scale += share * std::pow(static_cast<double>(values.size()), 0.25);
    for (double& value : values) value = std::clamp(value - 1, -1.0, 2.0);
    add_power(values, whole);
    const std::array<double, 8> pattern = pattern_of_eight(values);
    for (size_t i = 0; i < values.size(); ++i) values[i] -= pattern[i % 8];
    add_power(values, off_grid);
  }
};

/// Amplitudes that both axes have.
Spectrum both_axes(const Spectrum& columns, const Spectrum& rows) {
  Spectrum both{};
  for (size_t k = 0; k <= kBins; ++k) both[k] = std::pow(columns[k] * rows[k], 0.25);
  return both;
}

double median_around(const Spectrum& spectrum, int bin) {
  constexpr int kAround = 40;
  std::array<double, 2 * kAround + 1> values;
  size_t count = 0;
  for (int k = std::max(kLowestBin / 2, bin - kAround); k <= std::min(kBins, bin + kAround); ++k)
    values[count++] = spectrum[static_cast<size_t>(k)];
  std::nth_element(values.begin(), values.begin() + count / 2, values.begin() + count);
  return std::max(values[count / 2], 1e-6);
}

PeriodTrace find_peaks(const AxisSpectra& columns, const AxisSpectra& rows) {
  constexpr int kStep = 8;  // medians change slowly
  PeriodTrace trace;
  const Spectrum off = both_axes(columns.off_grid, rows.off_grid), whole = both_axes(columns.whole, rows.whole);
  double median = 1;
  trace.off_grid = 0;
  for (int k = kLowestBin; k <= kBins; ++k) {
    if (k == kLowestBin || k % kStep == 0) median = median_around(off, k);
    if (std::abs((k + kGrid / 2) % kGrid - kGrid / 2) < kGuard) continue;
    const double height = off[static_cast<size_t>(k)] / median;
    if (height > trace.off_grid) trace.off_grid = height, trace.frequency = static_cast<double>(k) / kLength;
  }
  // JPEG's blocks give all multiples of 1/8 alike; an enlargement by two or four only its own.
  const auto height = [&](int bin) { return whole[static_cast<size_t>(bin)] / median_around(off, bin); };
  const double comb = std::max({height(kGrid), height(3 * kGrid), 2.0});
  trace.half = height(4 * kGrid) / comb, trace.quarter = height(2 * kGrid) / comb;
  // A swing a cos(2 pi k n / N) gives an amplitude of about a sqrt(N / 6) under the window: sqrt(N) of both axes is
  // taken out.
  for (size_t i = 0; i < 3; ++i) trace.comb[i] = whole[static_cast<size_t>(kGrid) << i] / columns.scale / rows.scale;
  trace.small[0] = std::min(columns.small, rows.small), trace.small[1] = std::max(columns.small, rows.small);
  return trace;
}

}  // namespace

InterpolationTrace interpolation_trace(const Gray& gray, const std::vector<PartOfPicture>& parts) {
  std::array<AxisSpectra, 2> first, second;
  const double share = 1.0 / static_cast<double>(parts.size());
  for (const PartOfPicture& part : parts) {
    Profiles columns, rows;
    profiles(gray, part, columns, rows);
    first[0].add(columns.first, share), first[1].add(rows.first, share);
    second[0].add(columns.second, share), second[1].add(rows.second, share);
  }
  InterpolationTrace trace;
  trace.first = find_peaks(first[0], first[1]), trace.second = find_peaks(second[0], second[1]);
  // Weights that bring the 99th percentiles of native and of blurred pictures to one height.
  const std::pair<double, double> candidates[] = {{trace.first.off_grid, trace.first.frequency},
                                                  {trace.second.off_grid, trace.second.frequency},
                                                  {0.5 * trace.first.half, 0.5},
                                                  {2.5 * trace.first.quarter, 0.25},
                                                  {2.2 * trace.second.quarter, 0.25}};
  for (const auto& [strength, frequency] : candidates) {
    if (strength > trace.strength) trace.strength = strength, trace.frequency = frequency;
  }
  return trace;
}

}  // namespace surefoot::index
