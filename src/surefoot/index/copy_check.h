#pragma once
// Whether two pictures show the same photograph: the judge after loose nomination. Works on small views, not on files.
#include <cstdint>
#include <span>
#include <string>

#include "surefoot/index/gray.h"
#include "surefoot/index/local_features.h"
#include "surefoot/index/perceptual_hash.h"

namespace surefoot::index {

/// What a comparison looks at; all of one picture, upright.
struct CopyView {
  const Gray* thumbnail = nullptr;  // long side at most kThumbnailSide
  const PerceptualHashes* hashes = nullptr;
  std::span<const LocalFeature> features;
  int width = 0, height = 0;  // of the picture itself, px
};
constexpr int kThumbnailSide = 160;

enum class CopyKind { kNone, kCopy, kCrop, kMirrored, kRotated };
const char* copy_kind_name(CopyKind kind);  // "copy", "crop", "mirrored", "rotated"

struct CopyVerdict {
  CopyKind kind = CopyKind::kNone;
  double score = 0;    // 0..1: share of blocks that agree
  Similarity a_to_b;   // in px of the thumbnails
  double covered = 1;  // share of the larger picture that the smaller one shows
  double overlay_in_a = 0,
         overlay_in_b = 0;  // share of the overlap that was put on there: text, logo, bar (added_mark.h)
  double differs = 0;       // share of the overlap that differs, also where nobody knows which of the two was changed
  bool same() const { return kind != CopyKind::kNone; }
};

/// Aligns `a` to `b` (whole frame in those of eight positions where hashes are near, else by local features, plain and
/// mirrored), then normalised cross-correlation over 8 x 8 blocks of the overlap: the same photograph if at least 75 %
/// of the blocks that have any structure agree (NCC > 0.8), or 70 % nearly perfectly, so that a watermark or a bar, a
/// minority of blocks, does not fail the pair. Overlays over everything (tiled text) are forgiven where blocks with
/// structure in both pictures agree and so do light and shade of the whole. Pictures without structure are never
/// copies, and those with little (an object on a plain ground) need many common corners or hardly any difference. The
/// same answer when `a` and `b` change places; thread-safe.
CopyVerdict check_copy(const CopyView& a, const CopyView& b);

}  // namespace surefoot::index
