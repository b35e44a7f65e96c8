#include "surefoot/clean/copy_groups.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include "surefoot/clean/added_border.h"
#include "surefoot/clean/copy_candidates.h"
#include "surefoot/clean/copy_grouping.h"
#include "surefoot/clean/copy_nodes.h"
#include "surefoot/clean/parallel.h"
#include "surefoot/clean/view_cache.h"

namespace surefoot::clean {
namespace {

uint32_t root_of(std::vector<uint32_t>& parents, uint32_t i) {
  while (parents[i] != i) i = parents[i] = parents[parents[i]];
  return i;
}

/// The smaller number stays the root.
void join(std::vector<uint32_t>& parents, uint32_t a, uint32_t b) {
  a = root_of(parents, a), b = root_of(parents, b);
  parents[std::max(a, b)] = std::min(a, b);
}

/// The search for edited copies among distinct pictures: six steps of equal share in the progress.
class Search {
 public:
  Search(const Collection& collection,
         const CopyNodes& nodes,
         const CopySearchOptions& options,
         const std::function<void(uint64_t, uint64_t)>& progress)
      : collection_(collection), nodes_(nodes), options_(options), progress_(progress), views_(collection) {}

  std::vector<NodePair> copies() {
    std::vector<NodePair> found = verified(near_by_pdq(collection_, nodes_, options_, step(0)), step(1));
    NodePairs loose = near_by_difference(collection_, nodes_, options_, step(2));
    const std::vector<bool> skip = featureless(collection_, nodes_);
    loose = united(loose, near_by_features(nodes_, skip, views_, options_.threads, step(3)));
    if (options_.codes != nullptr)
      loose = united(loose, near_by_embedding(nodes_, skip, *options_.codes, options_.threads, step(4)));
    drop_joined(loose, found);
    const std::vector<NodePair> more = verified(loose, step(5));
    const auto middle = found.insert(found.end(), more.begin(), more.end());
    std::inplace_merge(found.begin(), middle, found.end(),
                       [](const NodePair& a, const NodePair& b) { return std::pair(a.a, a.b) < std::pair(b.a, b.b); });
    return found;
  }

  std::vector<NodePair> judge(const NodePairs& pairs, const Advance& advance) {
    std::vector<NodePair> verdicts(pairs.size());
    for_each_parallel(
        pairs.size(), options_.threads, [&](size_t i) { verdicts[i] = compare(pairs[i].first, pairs[i].second); },
        advance);
    return verdicts;
  }

 private:
  static constexpr uint64_t kSteps = 6;

  static NodePairs united(const NodePairs& a, const NodePairs& b) {
    NodePairs both;
    std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
    return both;
  }

  Advance step(uint64_t number) {
    return [this, number](size_t done) {
      if (progress_)
        progress_(number * nodes_.size() + std::min<uint64_t>(done, nodes_.size()), kSteps * nodes_.size());
    };
  }

  std::vector<NodePair> verified(const NodePairs& pairs, const Advance& advance) {
    std::vector<NodePair> verdicts = judge(
        pairs, [&](size_t done) { advance(pairs.empty() ? nodes_.size() : done * nodes_.size() / pairs.size()); });
    std::erase_if(verdicts, [](const NodePair& verdict) { return !verdict.same(); });
    return verdicts;
  }

  NodePair compare(uint32_t a, uint32_t b) {
    const Picture &first = collection_.pictures[nodes_.best(a)], &second = collection_.pictures[nodes_.best(b)];
    const auto view_a = views_.view(nodes_.best(a)), view_b = views_.view(nodes_.best(b));
    NodePair pair{a, b};
    if (view_a->thumbnail.values.empty() || view_b->thumbnail.values.empty()) return pair;
    const auto view = [](const Picture& picture, const DecodedView& decoded) {
      return index::CopyView{&decoded.thumbnail, &picture.facts.hashes, decoded.features, picture.facts.width,
                             picture.facts.height};
    };
    const index::CopyVerdict verdict = index::check_copy(view(first, *view_a), view(second, *view_b));
    const bool is_turned = verdict.kind == index::CopyKind::kMirrored || verdict.kind == index::CopyKind::kRotated;
    if (is_turned && !options_.turned) return pair;
    pair.kind = verdict.kind;
    pair.score = static_cast<float>(verdict.score);
    pair.overlay_in_a = static_cast<float>(verdict.overlay_in_a),
    pair.overlay_in_b = static_cast<float>(verdict.overlay_in_b);
    pair.differs = static_cast<float>(verdict.differs);
    if (verdict.same()) add_borders(*view_a, *view_b, verdict.a_to_b, pair);
    return pair;
  }

  /// A frame or letterbox bar is an overlay too, although nothing lies under it.
  static void add_borders(const DecodedView& a, const DecodedView& b, const index::Similarity& a_to_b, NodePair& pair) {
    const index::Similarity b_to_a = inverse(a_to_b, a.thumbnail.width, b.thumbnail.width);
    pair.overlay_in_a = std::max(pair.overlay_in_a, static_cast<float>(added_border(a.thumbnail, b.thumbnail, a_to_b)));
    pair.overlay_in_b = std::max(pair.overlay_in_b, static_cast<float>(added_border(b.thumbnail, a.thumbnail, b_to_a)));
  }

  /// What the strict hash has joined already need not be compared once more on a loose hint.
  void drop_joined(NodePairs& pairs, const std::vector<NodePair>& found) const {
    std::vector<uint32_t> parents(nodes_.size());
    std::iota(parents.begin(), parents.end(), 0);
    for (const NodePair& pair : found) join(parents, pair.a, pair.b);
    std::erase_if(pairs,
                  [&](const auto& pair) { return root_of(parents, pair.first) == root_of(parents, pair.second); });
  }

  const Collection& collection_;
  const CopyNodes& nodes_;
  const CopySearchOptions& options_;
  const std::function<void(uint64_t, uint64_t)>& progress_;
  ViewCache views_;
};

}  // namespace

std::vector<CopyGroup> find_copies(const Collection& collection,
                                   const CopySearchOptions& options,
                                   const std::function<void(uint64_t done, uint64_t total)>& progress) {
  const CopyNodes nodes = copy_nodes(collection);
  Search search(collection, nodes, options, progress);
  const std::vector<NodePair> copies = options.edited ? search.copies() : std::vector<NodePair>();
  return form_groups(collection, nodes, copies, [&](const NodePairs& pairs) { return search.judge(pairs, {}); });
}

std::vector<uint32_t> group_ids(const Collection& collection, const std::vector<CopyGroup>& groups) {
  std::vector<uint32_t> parents(collection.pictures.size());
  std::iota(parents.begin(), parents.end(), 0);
  for (const CopyGroup& group : groups) {
    for (const CopyMember& member : group.members) join(parents, group.kept, member.picture);
    for (const uint32_t picture : group.linked) join(parents, group.kept, picture);
  }
  for (uint32_t i = 0; i < parents.size(); ++i) parents[i] = root_of(parents, i);
  return parents;
}

}  // namespace surefoot::clean
