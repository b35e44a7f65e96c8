#pragma once
// What a network sees in a picture as 256 bits, so that its nearest neighbours are found in sub-quadratic time.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "surefoot/clean/collection.h"
#include "surefoot/clean/label_scorer.h"
#include "surefoot/index/perceptual_hash.h"

namespace surefoot::clean {

/// Signs of 256 random projections (Charikar 2002, "Similarity estimation techniques from rounding algorithms"): codes
/// of embeddings that enclose an angle a differ in about 256 a / pi bits. The mean is taken off first, because features
/// after a ReLU all lie on one side.
/// @param embeddings  [N, dimensions]
/// @return [N]; the same for any number of threads
std::vector<index::Hash256> embedding_codes(std::span<const float> embeddings,
                                            int dimensions,
                                            uint64_t seed,
                                            int threads);

/// Codes of a collection's pictures; what could not be decoded is not known.
struct PictureCodes {
  std::vector<index::Hash256> codes;  // by position in the collection
  std::vector<bool> known;
};

/// By the features of a file of weights.
/// @param progress  share done; may throw to stop
PictureCodes picture_codes(const Collection& collection,
                           const std::string& weights,
                           LabelScorer& scorer,
                           uint64_t seed,
                           int threads,
                           const std::function<void(double share)>& progress);

}  // namespace surefoot::clean
