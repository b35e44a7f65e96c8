#include "surefoot/index/interpolation_trace.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "surefoot/index/fft.h"

namespace surefoot::index {
namespace {

constexpr int kLength = 512, kBins = kLength / 2;
constexpr int kClip = 20;          // grey levels: an edge or a letter counts as any other structure
constexpr int kReach = 12;         // px around a difference that it is compared with
constexpr double kSmall = 0.35;    // of what lies around
constexpr int kLowestBin = 20;     // below: the picture's own structure
constexpr int kGrid = kLength / 8, kNear = 4;

using Profile = std::vector<double>;

struct Profiles {
  Profile first, second;
};

/// Along x: means over rows of |I(x) - I(x+1)| and |I(x-1) - 2 I(x) + I(x+1)|, x from 1 to width - 2. Along y likewise.
void profiles(const Gray& gray, const PartOfPicture& part, Profiles& columns, Profiles& rows) {
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
  for (size_t x = 1; x + 1 < width; ++x) columns.first.push_back(first[x] / lines), columns.second.push_back(second[x] / lines);
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
  return static_cast<double>(std::count_if(values.begin(), values.end(), [](double v) { return v < kSmall; })) / static_cast<double>(values.size());
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
    real[i] = static_cast<float>(window * std::clamp(values[i] - 1, -1.0, 2.0));
  }
  fft.forward(real.data(), imaginary.data(), 1);
  for (size_t k = 0; k <= kBins; ++k) power[k] += (real[k] * real[k] + imaginary[k] * imaginary[k]) / energy;
}

/// Amplitude that both axes have, allowing for the neighbouring bin.
Spectrum both_axes(const Spectrum& columns, const Spectrum& rows) {
  const auto highest = [](const Spectrum& power, size_t k) {
    return std::max({power[k == 0 ? 0 : k - 1], power[k], power[std::min<size_t>(k + 1, kBins)]});
  };
  Spectrum both{};
  for (size_t k = 0; k <= kBins; ++k) both[k] = std::pow(highest(columns, k) * highest(rows, k), 0.25);
  return both;
}

void find_peaks(const Spectrum& both, InterpolationTrace& trace) {
  std::vector<double> others;
  double peak = 0;
  int peak_bin = 0;
  for (int k = kLowestBin; k <= kBins; ++k) {
    const int from_grid = std::abs((k + kGrid / 2) % kGrid - kGrid / 2);
    if (from_grid < kNear) continue;
    const double value = both[static_cast<size_t>(k)];
    others.push_back(value);
    if (value > peak) peak = value, peak_bin = k;
  }
  std::nth_element(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2), others.end());
  trace.median = std::max(others[others.size() / 2], 1e-6);
  trace.off_grid = peak / trace.median;
  trace.frequency = static_cast<double>(peak_bin) / kLength;
  // JPEG's blocks give all multiples of 1/8 alike; an enlargement by two or four only its own.
  const double comb = std::max({both[kGrid], both[3 * kGrid], trace.median});
  const double half = both[4 * kGrid] / comb, quarter = both[2 * kGrid] / comb;
  trace.on_grid = std::max(half, quarter);
  const double on_grid_peak = std::max(both[4 * kGrid], both[2 * kGrid]) / trace.median;
  if (trace.on_grid > 1.5 && on_grid_peak > trace.off_grid) trace.frequency = quarter > 0.5 * half ? 0.25 : 0.5;
}

}  // namespace

InterpolationTrace interpolation_trace(const Gray& gray, const std::vector<PartOfPicture>& parts) {
  InterpolationTrace trace;
  Spectrum column_power{}, row_power{};
  std::array<double, 2> first{}, second{};
  for (const PartOfPicture& part : parts) {
    Profiles columns, rows;
    profiles(gray, part, columns, rows);
    for (Profiles* p : {&columns, &rows}) p->first = relative(p->first), p->second = relative(p->second);
    add_power(columns.second, column_power);
    add_power(rows.second, row_power);
    const double share = 1.0 / static_cast<double>(parts.size());
    first[0] += share * small_share(columns.first), first[1] += share * small_share(rows.first);
    second[0] += share * small_share(columns.second), second[1] += share * small_share(rows.second);
  }
  find_peaks(both_axes(column_power, row_power), trace);
  trace.small_first[0] = std::min(first[0], first[1]), trace.small_first[1] = std::max(first[0], first[1]);
  trace.small_second[0] = std::min(second[0], second[1]), trace.small_second[1] = std::max(second[0], second[1]);
  return trace;
}

}  // namespace surefoot::index
