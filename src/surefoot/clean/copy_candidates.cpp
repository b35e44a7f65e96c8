#include "surefoot/clean/copy_candidates.h"

#include <algorithm>
#include <memory>

#include "surefoot/clean/difference_index.h"
#include "surefoot/clean/parallel.h"
#include "surefoot/index/feature_index.h"
#include "surefoot/index/hamming_index.h"

namespace surefoot::clean {
namespace {

constexpr int kPdqDistance = 31, kPdqQuality = 50;  // Meta's advice
constexpr size_t kMostByPdq = 32, kMostByDifference = 16;
constexpr int kMostByFeatures = 8;
constexpr int kCodeDistance = 47;  // the most that the index is exact for
constexpr size_t kMostByEmbedding = 8;
// The last of the best eight says how many votes chance alone gives to this texture; copies stand out, or are many and
// all have many votes.
constexpr int kFewestVotes = 4, kVotesAboveChance = 2, kManyVotes = 16;
constexpr double kBlankRange = 16;  // grey levels between the darkest and the brightest 1 %

struct Nominee {
  int distance;
  uint32_t node;
  auto operator<=>(const Nominee&) const = default;
};

/// The nearest `most` others, each once.
void keep_nearest(std::vector<Nominee>& nominees, uint32_t self, size_t most) {
  std::erase_if(nominees, [&](const Nominee& nominee) { return nominee.node == self; });
  std::sort(nominees.begin(), nominees.end(), [](const Nominee& a, const Nominee& b) {
    return std::pair(a.node, a.distance) < std::pair(b.node, b.distance);
  });
  nominees.erase(std::unique(nominees.begin(), nominees.end(),
                             [](const Nominee& a, const Nominee& b) { return a.node == b.node; }),
                 nominees.end());
  std::sort(nominees.begin(), nominees.end());
  if (nominees.size() > most) nominees.resize(most);
}

/// Runs `nominate` for every node that is not skipped, and joins the answers.
NodePairs nominate_all(const CopyNodes& nodes,
                       const std::vector<bool>& skip,
                       int threads,
                       const std::function<std::vector<Nominee>(uint32_t node)>& nominate,
                       const Advance& advance) {
  std::vector<std::vector<uint32_t>> partners(nodes.size());
  for_each_parallel(
      nodes.size(), threads,
      [&](size_t i) {
        if (skip[i]) return;
        for (const Nominee& nominee : nominate(static_cast<uint32_t>(i))) {
          if (!nodes.reference[i] || !nodes.reference[nominee.node]) partners[i].push_back(nominee.node);
        }
      },
      advance);
  NodePairs pairs;
  for (uint32_t i = 0; i < partners.size(); ++i) {
    for (const uint32_t other : partners[i]) pairs.emplace_back(std::min(i, other), std::max(i, other));
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

}  // namespace

std::vector<bool> featureless(const Collection& collection, const CopyNodes& nodes) {
  std::vector<bool> result(nodes.size());
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    const index::PictureFacts& facts = collection.pictures[nodes.best(i)].facts;
    result[i] = !facts.measured || facts.look.luma_range < kBlankRange;
  }
  return result;
}

NodePairs near_by_pdq(const Collection& collection,
                      const CopyNodes& nodes,
                      const CopySearchOptions& options,
                      const Advance& advance) {
  std::vector<bool> skip = featureless(collection, nodes);
  std::vector<index::Hash256> hashes(nodes.size());
  const auto hashes_of = [&](uint32_t node) -> const index::PerceptualHashes& {
    return collection.pictures[nodes.best(node)].facts.hashes;
  };
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    hashes[i] = hashes_of(i).pdq[0];
    if (hashes_of(i).pdq_quality < kPdqQuality) skip[i] = true;
  }
  const index::HammingIndex index(hashes, skip);
  const auto nominate = [&](uint32_t node) {
    std::vector<Nominee> nominees;
    for (int k = 0; k < (options.turned ? index::kDihedral : 1); ++k) {
      index.search(hashes_of(node).pdq[static_cast<size_t>(k)], kPdqDistance,
                   [&](uint32_t other, int distance) { nominees.push_back({distance, other}); });
    }
    keep_nearest(nominees, node, kMostByPdq);
    return nominees;
  };
  return nominate_all(nodes, skip, options.threads, nominate, advance);
}

NodePairs near_by_difference(const Collection& collection,
                             const CopyNodes& nodes,
                             const CopySearchOptions& options,
                             const Advance& advance) {
  const std::vector<bool> skip = featureless(collection, nodes);
  std::vector<uint64_t> hashes(nodes.size());
  for (uint32_t i = 0; i < nodes.size(); ++i) hashes[i] = collection.pictures[nodes.best(i)].facts.hashes.difference;
  const DifferenceIndex index(hashes, skip);
  const auto nominate = [&](uint32_t node) {
    std::vector<uint64_t> queries{hashes[node]};
    if (options.turned) {
      const uint64_t mirrored = mirrored_difference(hashes[node]);
      queries.insert(queries.end(), {mirrored, upside_down_difference(hashes[node]), upside_down_difference(mirrored)});
    }
    std::vector<DifferenceIndex::Near> found;
    for (const uint64_t query : queries) index.search(query, found);
    std::vector<Nominee> nominees;
    for (const auto& near : found) nominees.push_back({near.distance, near.position});
    keep_nearest(nominees, node, kMostByDifference);
    return nominees;
  };
  return nominate_all(nodes, skip, options.threads, nominate, advance);
}

NodePairs near_by_features(
    const CopyNodes& nodes, const std::vector<bool>& skip, ViewCache& views, int threads, const Advance& advance) {
  index::FeatureIndex index;
  // Views are decoded in parallel, block by block, and added in order.
  constexpr size_t kBlock = 512;
  std::vector<std::shared_ptr<const DecodedView>> block;
  for (size_t first = 0; first < nodes.size(); first += kBlock) {
    block.assign(std::min(kBlock, nodes.size() - first), nullptr);
    for_each_parallel(block.size(), threads, [&](size_t i) {
      if (!skip[first + i]) block[i] = views.view(nodes.best(static_cast<uint32_t>(first + i)));
    });
    for (const auto& view : block)
      index.add(view ? std::span<const index::LocalFeature>(view->features) : std::span<const index::LocalFeature>());
    if (advance) advance(first / 2);
  }
  index.build();
  const auto nominate = [&](uint32_t node) {
    std::vector<Nominee> nominees;
    const auto view = views.view(nodes.best(node));
    const auto voted = index.nominate(view->features, node, kMostByFeatures);
    const int chance = voted.size() < kMostByFeatures ? 0 : voted.back().votes;
    for (const auto& candidate : voted) {
      const bool stands_out = candidate.votes >= kFewestVotes && candidate.votes >= chance + kVotesAboveChance;
      if (stands_out || candidate.votes >= kManyVotes) nominees.push_back({-candidate.votes, candidate.picture});
    }
    return nominees;
  };
  return nominate_all(nodes, skip, threads, nominate, [&](size_t done) {
    if (advance) advance((nodes.size() + done) / 2);
  });
}

NodePairs near_by_embedding(const CopyNodes& nodes,
                            const std::vector<bool>& skip,
                            const PictureCodes& codes,
                            int threads,
                            const Advance& advance) {
  std::vector<bool> left_out = skip;
  std::vector<index::Hash256> by_node(nodes.size());
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    by_node[i] = codes.codes[nodes.best(i)];
    if (!codes.known[nodes.best(i)]) left_out[i] = true;
  }
  const index::HammingIndex index(by_node, left_out);
  const auto nominate = [&](uint32_t node) {
    std::vector<Nominee> nominees;
    index.search(by_node[node], kCodeDistance,
                 [&](uint32_t other, int distance) { nominees.push_back({distance, other}); });
    keep_nearest(nominees, node, kMostByEmbedding);
    return nominees;
  };
  return nominate_all(nodes, left_out, threads, nominate, advance);
}

}  // namespace surefoot::clean
