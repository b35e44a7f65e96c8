#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "surefoot/base/philox.h"
#include "surefoot/index/local_features.h"

namespace surefoot::index {
namespace {

using Point = std::complex<double>;  // a similarity is z -> turn * z + shift

constexpr int kLargestDistance = 72;  // of 256 bits
constexpr double kRatio = 0.92;       // nearest over second nearest distance
constexpr double kMostTurn = 0.5;     // radians by which a match's own angles may deviate from a hypothesis
constexpr double kMostScale = 1.6;    // likewise its scales, as a factor
constexpr double kTolerance = 3;      // px of the view at scale 1
constexpr size_t kMostHypotheses = 1500;

struct Match {
  Point from, to;
  double scale, turn;  // of the pair's own size and angle
  double tolerance;
};

double angle_between(double a, double b) { return std::abs(std::remainder(a - b, 2 * std::numbers::pi)); }

struct Nearest {
  int at = -1, first = 257, second = 257;
};

/// Positions closer than this to the best one are the same corner on another level: they are no competitors for the
/// ratio test.
bool same_corner(const LocalFeature& a, const LocalFeature& b) {
  return std::hypot(a.x - b.x, a.y - b.y) < 4 * std::max(a.size, b.size);
}

std::vector<Match> match(std::span<const LocalFeature> a, std::span<const LocalFeature> b) {
  std::vector<int> distances(a.size() * b.size());
  std::vector<int> back(b.size(), -1);
  for (size_t i = 0; i < a.size(); ++i) {
    for (size_t j = 0; j < b.size(); ++j) {
      const int d = distances[i * b.size() + j] = distance(a[i].descriptor, b[j].descriptor);
      if (back[j] < 0 || d < distances[static_cast<size_t>(back[j]) * b.size() + j]) back[j] = static_cast<int>(i);
    }
  }
  std::vector<Match> matches;
  for (size_t i = 0; i < a.size(); ++i) {
    Nearest nearest;
    const int* row = distances.data() + i * b.size();  // b may be empty
    for (size_t j = 0; j < b.size(); ++j) {
      if (row[j] < nearest.first) nearest.first = row[j], nearest.at = static_cast<int>(j);
    }
    if (nearest.at < 0 || nearest.first > kLargestDistance ||
        back[static_cast<size_t>(nearest.at)] != static_cast<int>(i))
      continue;
    const LocalFeature& best = b[static_cast<size_t>(nearest.at)];
    for (size_t j = 0; j < b.size(); ++j) {
      if (row[j] < nearest.second && !same_corner(b[j], best)) nearest.second = row[j];
    }
    if (nearest.first > kRatio * nearest.second) continue;
    matches.push_back(
        {{a[i].x, a[i].y}, {best.x, best.y}, best.size / a[i].size, best.angle - a[i].angle, kTolerance * best.size});
  }
  return matches;
}

struct Hypothesis {
  Point turn{1, 0}, shift{0, 0};
  bool fits(const Match& m) const {
    return std::norm(turn * m.from + shift - m.to) <= m.tolerance * m.tolerance &&
           angle_between(m.turn, std::arg(turn)) <= kMostTurn &&
           std::abs(std::log(m.scale / std::abs(turn))) <= std::log(kMostScale);
  }
};

int count(const Hypothesis& hypothesis, const std::vector<Match>& matches) {
  return static_cast<int>(
      std::count_if(matches.begin(), matches.end(), [&](const Match& m) { return hypothesis.fits(m); }));
}

/// Least squares over the matches that fit (closed form in the complex plane).
Hypothesis refit(const Hypothesis& hypothesis, const std::vector<Match>& matches) {
  Point from_mean, to_mean;
  double n = 0;
  for (const Match& m : matches) {
    if (hypothesis.fits(m)) from_mean += m.from, to_mean += m.to, n += 1;
  }
  if (n < 2) return hypothesis;
  from_mean /= n, to_mean /= n;
  Point product;
  double norm = 0;
  for (const Match& m : matches) {
    if (!hypothesis.fits(m)) continue;
    product += std::conj(m.from - from_mean) * (m.to - to_mean);
    norm += std::norm(m.from - from_mean);
  }
  if (norm <= 0) return hypothesis;
  const Point turn = product / norm;
  return {turn, to_mean - turn * from_mean};
}

std::optional<Hypothesis> from_two(const Match& first, const Match& second) {
  const Point from = second.from - first.from;
  if (std::abs(from) < 8) return std::nullopt;  // too near to say a direction
  const Point turn = (second.to - first.to) / from;
  const double scale = std::abs(turn);
  if (scale < 0.1 || scale > 10) return std::nullopt;
  const Hypothesis hypothesis{turn, first.to - turn * first.from};
  if (!hypothesis.fits(first) || !hypothesis.fits(second)) return std::nullopt;
  return hypothesis;
}

Hypothesis best_hypothesis(const std::vector<Match>& matches, int& inliers) {
  Hypothesis best;
  inliers = 0;
  const auto judge = [&](size_t i, size_t j) {
    const auto hypothesis = from_two(matches[i], matches[j]);
    if (!hypothesis) return;
    const int fitting = count(*hypothesis, matches);
    if (fitting > inliers) best = *hypothesis, inliers = fitting;
  };
  const size_t n = matches.size();
  if (n * (n - 1) / 2 <= kMostHypotheses) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = i + 1; j < n; ++j) judge(i, j);
    }
  } else {
    Philox random(0, Purpose::kRansac, 0, n);
    for (size_t draw = 0; draw < kMostHypotheses; ++draw) {
      const size_t i = random.below(n), j = random.below(n);
      if (i != j) judge(i, j);
    }
  }
  return best;
}

}  // namespace

std::optional<Alignment> align(std::span<const LocalFeature> a, std::span<const LocalFeature> b, int min_inliers) {
  const std::vector<Match> matches = match(a, b);
  if (static_cast<int>(matches.size()) < std::max(2, min_inliers)) return std::nullopt;
  int inliers = 0;
  Hypothesis best = best_hypothesis(matches, inliers);
  if (inliers < min_inliers) return std::nullopt;
  for (int round = 0; round < 2; ++round) {
    const Hypothesis better = refit(best, matches);
    const int fitting = count(better, matches);
    if (fitting < inliers) break;
    best = better, inliers = fitting;
  }
  Alignment alignment;
  alignment.a_to_b = {std::abs(best.turn), std::arg(best.turn), best.shift.real(), best.shift.imag(), false};
  alignment.inliers = inliers;
  alignment.matches = static_cast<int>(matches.size());
  return alignment;
}

}  // namespace surefoot::index
