#pragma once
// Loose nomination: which pairs of pictures are worth a comparison. About a constant number for each picture, whatever
// the size of the set.
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "surefoot/clean/copy_groups.h"
#include "surefoot/clean/copy_nodes.h"
#include "surefoot/clean/embedding_codes.h"
#include "surefoot/clean/view_cache.h"

namespace surefoot::clean {

/// Pairs (a < b) of nodes, ascending, each once; never two references.
using NodePairs = std::vector<std::pair<uint32_t, uint32_t>>;
using Advance = std::function<void(size_t done)>;  // of the nodes; may throw to stop

/// Nodes that show nothing (blank pictures, nothing decoded): only exact copies of them are known.
std::vector<bool> featureless(const Collection& collection, const CopyNodes& nodes);

/// PDQ within 31 of 256 bits, in any of the eight positions where `turned`: the nearest 32 of each picture. Pictures
/// whose PDQ quality is below 50 are left out, as its authors advise.
NodePairs near_by_pdq(const Collection& collection,
                      const CopyNodes& nodes,
                      const CopySearchOptions& options,
                      const Advance& advance);

/// Difference hashes within 10 of 64 bits (also of the mirrored, upside-down and half-turned picture where `turned`):
/// the nearest 16.
NodePairs near_by_difference(const Collection& collection,
                             const CopyNodes& nodes,
                             const CopySearchOptions& options,
                             const Advance& advance);

/// Shared local features: the 8 with the most votes, from a few votes on.
NodePairs near_by_features(
    const CopyNodes& nodes, const std::vector<bool>& skip, ViewCache& views, int threads, const Advance& advance);

/// Codes of a network's features within 47 of 256 bits (about 33 degrees): the nearest 8.
NodePairs near_by_embedding(const CopyNodes& nodes,
                            const std::vector<bool>& skip,
                            const PictureCodes& codes,
                            int threads,
                            const Advance& advance);

}  // namespace surefoot::clean
