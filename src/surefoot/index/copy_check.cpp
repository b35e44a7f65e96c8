#include "surefoot/index/copy_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "surefoot/index/added_mark.h"
#include "surefoot/index/block_compare.h"

namespace surefoot::index {
namespace {

constexpr int kNearHashes = 100;  // of 256 bits: frames worth comparing whole
constexpr int kMostPositions = 2;
constexpr int kFewestInliers = 5;
constexpr int kManyInliers = 12;
constexpr int kSparseBlocks = 30, kSparseInliers = 24;  // of 64 blocks: fewer are an outline
constexpr double kSparseShare = 0.95, kSparseWhole = 0.998;
constexpr int kFewestTextured = 12;  // agreeing blocks that are more than a piece of an outline
// Shares of the compared blocks. Set on half of a collection of flower photographs so that two shots of one flower in a
// row stay apart.
constexpr double kNeededShare = 0.75, kLowShare = 0.7, kPerfectMedian = 0.96;
constexpr int kFewestBlocks = 8;     // blocks with structure
constexpr double kWholeFrame = 0.9;  // below this coverage it is a crop

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
    order[static_cast<size_t>(k)] = {
        a.hashes && b.hashes ? distance(a.hashes->pdq[static_cast<size_t>(k)], b.hashes->pdq[0]) : 256, k};
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
  const double c = s.scale * std::cos(s.rotation), d = s.scale * std::sin(s.rotation), from = thumbnail_scale(a),
               to = thumbnail_scale(b);
  AffineMap map{1 / from, 0, 0, 0, 1 / from, 0};
  if (mirror) map = map.then({-1, 0, static_cast<double>(view_width), 0, 1, 0});
  // Features have pixel centres at whole numbers.
  map = map.then({1, 0, -0.5, 0, 1, -0.5}).then({c, -d, s.dx, d, c, s.dy}).then({1, 0, 0.5, 0, 1, 0.5});
  return Candidate{map.then({to, 0, 0, 0, to, 0}), alignment->inliers};
}

/// Most blocks agree; fewer do where the rest agrees nearly perfectly, as under a bar or a logo. Where only an outline
/// has structure (one object on a plain ground), outlines of different things agree: many common corners or hardly any
/// difference are asked for.
bool blocks_agree(const BlockComparison& blocks, int inliers) {
  if (blocks.compared < kFewestBlocks) return false;
  if (blocks.compared < kSparseBlocks || blocks.textured < kFewestTextured) {
    return (inliers >= kSparseInliers && blocks.share >= kNeededShare) ||
           (blocks.share >= kSparseShare && blocks.whole >= kSparseWhole);
  }
  return blocks.share >= kNeededShare || (blocks.share >= kLowShare && blocks.median >= kPerfectMedian);
}

/// A fine overlay over everything (tiled text) spoils many blocks, and is all the structure there is in smooth parts:
/// those blocks are left out, and light and shade of the whole must agree closely instead.
bool agree_under_overlay(const BlockComparison& blocks, int inliers) {
  if (blocks.both < kSparseBlocks || blocks.textured < kFewestTextured) return false;
  if (blocks.share_of_both >= 0.8 && blocks.whole >= 0.9 && blocks.levels >= 0.98) return true;
  if (blocks.share_of_both >= 0.62 && blocks.whole >= 0.94 && blocks.levels >= 0.985) return true;
  return inliers >= kManyInliers && blocks.whole >= 0.95 && blocks.levels >= 0.99;
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

struct Judgement {
  CopyVerdict verdict;
  AffineMap a_to_b;
};

Judgement judge(const BlockComparison& blocks, const Candidate& candidate, const Gray& a) {
  Judgement result;
  CopyVerdict& verdict = result.verdict;
  result.a_to_b = blocks.a_to_b;
  const bool plain = blocks_agree(blocks, candidate.inliers),
             same = plain || agree_under_overlay(blocks, candidate.inliers);
  verdict.score = same && !plain ? std::max(blocks.share, blocks.share_of_both) : blocks.share;
  verdict.a_to_b = to_similarity(blocks.a_to_b, a);
  verdict.covered = std::min(1.0, std::min(blocks.covered_a, blocks.covered_b));
  if (same) verdict.kind = kind_of(verdict);
  return result;
}

/// The first candidate that passes, else the one with the best score.
Judgement best_judgement(const CopyView& a, const CopyView& b) {
  Judgement best;
  const auto passes = [&](const Candidate& candidate) {
    const auto blocks = compare_blocks(*a.thumbnail, *b.thumbnail, candidate.a_to_b);
    if (!blocks) return false;
    const Judgement judgement = judge(*blocks, candidate, *a.thumbnail);
    const bool same = judgement.verdict.same();
    if (same || judgement.verdict.score > best.verdict.score) best = judgement;
    return same;
  };
  for (const Candidate& candidate : whole_frames(a, b)) {
    if (passes(candidate)) return best;
  }
  for (const bool mirror : {false, true}) {
    const auto candidate = by_features(a, b, mirror);
    if (candidate && passes(*candidate)) return best;
  }
  return best;
}

/// Says of copies which of them something was put on.
void judge_marks(const Gray& a, const Gray& b, Judgement& judgement) {
  if (!judgement.verdict.same()) return;
  const AddedMark mark = added_mark(a, b, judgement.a_to_b);
  judgement.verdict.overlay_in_a = mark.in_a, judgement.verdict.overlay_in_b = mark.in_b,
  judgement.verdict.differs = mark.differs;
}

/// An order of pictures that depends on their content alone.
bool comes_first(const CopyView& a, const CopyView& b) {
  const int64_t area_a = int64_t{a.width} * a.height, area_b = int64_t{b.width} * b.height;
  return area_a != area_b ? area_a > area_b : a.thumbnail->values >= b.thumbnail->values;
}

}  // namespace

const char* copy_kind_name(CopyKind kind) {
  constexpr std::array<const char*, 5> kNames = {"none", "copy", "crop", "mirrored", "rotated"};
  return kNames[static_cast<size_t>(kind)];
}

CopyVerdict check_copy(const CopyView& a, const CopyView& b) {
  if (std::min({a.thumbnail->width, a.thumbnail->height, b.thumbnail->width, b.thumbnail->height}) < 1) return {};
  const bool in_order = comes_first(a, b);
  const CopyView &first = in_order ? a : b, &second = in_order ? b : a;
  Judgement turned = best_judgement(first, second);
  judge_marks(*first.thumbnail, *second.thumbnail, turned);
  if (in_order) return turned.verdict;
  CopyVerdict verdict = turned.verdict;
  verdict.a_to_b = to_similarity(turned.a_to_b.inverse(), *a.thumbnail);
  std::swap(verdict.overlay_in_a, verdict.overlay_in_b);
  return verdict;
}

}  // namespace surefoot::index
