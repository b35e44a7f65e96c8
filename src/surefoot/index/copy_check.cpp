#include "surefoot/index/copy_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "surefoot/index/block_compare.h"

namespace surefoot::index {
namespace {

constexpr int kNearHashes = 100;        // of 256 bits: frames worth comparing whole
constexpr int kMostPositions = 2;
constexpr int kFewestInliers = 5;
constexpr double kNeededShare = 0.7;    // of the compared blocks
constexpr int kFewestBlocks = 8;        // blocks with structure
constexpr double kWholeFrame = 0.9;     // below this coverage it is a crop

struct Candidate {
  AffineMap a_to_b;
  int inliers = 0;  // 0: whole frame
};

/// `a` put into one of the eight positions, over the whole frame of `b`.
AffineMap whole_frame(const Gray& a, const Gray& b, int position) {
  AffineMap map{1.0 / a.width, 0, 0, 0, 1.0 / a.height, 0};
  if (position >= 4) map = map.then({-1, 0, 1, 0, 1, 0});
  for (int turn = 0; turn < position % 4; ++turn) map = map.then({0, 1, 0, -1, 0, 1});
  return map.then({static_cast<double>(b.width), 0, 0, 0, static_cast<double>(b.height), 0});
}

std::vector<Candidate> whole_frames(const CopyView& a, const CopyView& b) {
  std::vector<Candidate> candidates;
  std::array<std::pair<int, int>, kDihedral> order;
  for (int k = 0; k < kDihedral; ++k) {
    order[static_cast<size_t>(k)] = {a.hashes && b.hashes ? distance(a.hashes->pdq[static_cast<size_t>(k)], b.hashes->pdq[0]) : 256, k};
  }
  std::sort(order.begin(), order.end());
  for (int i = 0; i < kMostPositions; ++i) {
    const auto [bits, position] = order[static_cast<size_t>(i)];
    if (bits <= kNearHashes) candidates.push_back({whole_frame(*a.thumbnail, *b.thumbnail, position), 0});
  }
  return candidates;
}

/// px of the thumbnail over px of the view.
double thumbnail_scale(const CopyView& view) {
  const int longest = std::max({1, view.width, view.height});
  return static_cast<double>(std::max(view.thumbnail->width, view.thumbnail->height)) / std::min(longest, kViewSide);
}

std::optional<Candidate> by_features(const CopyView& a, const CopyView& b, bool mirror) {
  const int view_width = static_cast<int>(std::lround(a.thumbnail->width / thumbnail_scale(a)));
  std::vector<LocalFeature> turned;
  if (mirror) {
    for (const LocalFeature& feature : a.features) turned.push_back(mirrored(feature, view_width));
  }
  const auto alignment = align(mirror ? turned : a.features, b.features, kFewestInliers);
  if (!alignment) return std::nullopt;
  const Similarity& s = alignment->a_to_b;
  const double c = s.scale * std::cos(s.rotation), d = s.scale * std::sin(s.rotation), from = thumbnail_scale(a), to = thumbnail_scale(b);
  AffineMap map{1 / from, 0, 0, 0, 1 / from, 0};
  if (mirror) map = map.then({-1, 0, static_cast<double>(view_width), 0, 1, 0});
  // Features have pixel centres at whole numbers.
  map = map.then({1, 0, -0.5, 0, 1, -0.5}).then({c, -d, s.dx, d, c, s.dy}).then({1, 0, 0.5, 0, 1, 0.5});
  return Candidate{map.then({to, 0, 0, 0, to, 0}), alignment->inliers};
}

bool passes(const BlockComparison& blocks, const Candidate&) {
  return blocks.compared >= kFewestBlocks && blocks.share >= kNeededShare;
}

Similarity to_similarity(const AffineMap& map, const Gray& a) {
  Similarity result;
  result.mirrored = map.determinant() < 0;
  const AffineMap upright = result.mirrored ? AffineMap{-1, 0, static_cast<double>(a.width), 0, 1, 0}.then(map) : map;
  result.scale = std::sqrt(std::abs(upright.determinant()));
  result.rotation = std::atan2(upright.yx - upright.xy, upright.xx + upright.yy);
  result.dx = upright.x(0.5, 0.5) - 0.5, result.dy = upright.y(0.5, 0.5) - 0.5;
  return result;
}

CopyKind kind_of(const CopyVerdict& verdict) {
  if (verdict.a_to_b.mirrored) return CopyKind::kMirrored;
  if (std::abs(verdict.a_to_b.rotation) > std::numbers::pi / 4) return CopyKind::kRotated;
  return verdict.covered < kWholeFrame ? CopyKind::kCrop : CopyKind::kCopy;
}

CopyVerdict verdict_of(const BlockComparison& blocks, const Candidate& candidate, const Gray& a) {
  CopyVerdict verdict;
  verdict.score = blocks.share;
  verdict.a_to_b = to_similarity(blocks.a_to_b, a);
  verdict.covered = std::min(1.0, std::min(blocks.covered_a, blocks.covered_b));
  if (blocks.compared > 0) {
    verdict.overlay_in_a = static_cast<double>(blocks.busier_in_a) / blocks.compared;
    verdict.overlay_in_b = static_cast<double>(blocks.busier_in_b) / blocks.compared;
  }
  if (passes(blocks, candidate)) verdict.kind = kind_of(verdict);
  return verdict;
}

}  // namespace

const char* copy_kind_name(CopyKind kind) {
  constexpr std::array<const char*, 5> kNames = {"none", "copy", "crop", "mirrored", "rotated"};
  return kNames[static_cast<size_t>(kind)];
}

CopyVerdict check_copy(const CopyView& a, const CopyView& b) {
  CopyVerdict best;
  const auto judge = [&](const Candidate& candidate) {
    const auto blocks = compare_blocks(*a.thumbnail, *b.thumbnail, candidate.a_to_b);
    if (!blocks) return false;
    const CopyVerdict verdict = verdict_of(*blocks, candidate, *a.thumbnail);
    if (verdict.same() > best.same() || (verdict.same() == best.same() && verdict.score > best.score)) best = verdict;
    return verdict.same();
  };
  for (const Candidate& candidate : whole_frames(a, b)) {
    if (judge(candidate)) return best;
  }
  for (const bool mirror : {false, true}) {
    const auto candidate = by_features(a, b, mirror);
    if (candidate && judge(*candidate)) break;
  }
  return best;
}

}  // namespace surefoot::index
