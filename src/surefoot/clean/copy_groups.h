#pragma once
// Copies found: groups in which every member was compared with the kept picture itself.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "surefoot/clean/collection.h"
#include "surefoot/clean/embedding_codes.h"
#include "surefoot/index/copy_check.h"

namespace surefoot::clean {

enum class CopyLevel : uint8_t { kBytes, kPixels, kEdited };

struct CopyMember {
  uint32_t picture = 0;  // position in the collection
  CopyLevel level = CopyLevel::kEdited;
  index::CopyKind kind = index::CopyKind::kCopy;
  double score = 1;          // 0..1, of the comparison with the kept picture
  bool watermarked = false;  // it carries an overlay that the kept picture has not
};

struct CopyGroup {
  uint32_t kept = 0;
  std::string reason;               // why this one is kept: "largest true resolution (1024 px)"
  std::vector<CopyMember> members;  // without the kept one; by position
  /// Copies of one of these pictures but not of the kept one: no duplicates to take out, but they belong on the same
  /// side of a split. By position.
  std::vector<uint32_t> linked;
};

struct CopySearchOptions {
  bool edited = true;  // false: only exact copies
  bool turned = true;  // mirrored and rotated copies count
  int threads = 1;
  const PictureCodes* codes = nullptr;  // neighbours in a network's eyes are nominated too; null: there is no network
};

/// Cascade: bytes -> pixels -> PDQ within 31 in eight positions, looser hashes, shared local features and a network's
/// codes nominate -> check_copy verifies. Then groups: the best picture of a component is kept, members are those that
/// verify against it; what does not is grouped again without it (no chaining). Deterministic: the same groups for any
/// number of threads and any order of files. Reference pictures are always kept; a group has at most... as many kept
/// ones as it has references, and only then more than one.
/// @param progress  (done, total) of the verification; may throw to stop
std::vector<CopyGroup> find_copies(const Collection& collection,
                                   const CopySearchOptions& options,
                                   const std::function<void(uint64_t done, uint64_t total)>& progress);

/// Better copy first: decodable > without watermark > larger effective resolution > larger > less compressed > with
/// EXIF > older > shorter path > path bytes. `reason` (may be null) names the first rule that decided.
bool better_copy(const Picture& a, bool a_watermarked, const Picture& b, bool b_watermarked, std::string* reason);

/// Group id per picture: the first position of all that are copies of each other, also through `linked` (its own where
/// it has no copy): what must stay together in folds and splits.
std::vector<uint32_t> group_ids(const Collection& collection, const std::vector<CopyGroup>& groups);

}  // namespace surefoot::clean
