#include "surefoot/clean/copy_grouping.h"

#include <algorithm>
#include <map>
#include <span>
#include <string>

namespace surefoot::clean {
namespace {

/// How many pictures that are no copies of the kept one are looked behind for further copies of it: bounds the cost of
/// a chain.
constexpr size_t kLookedBehind = 256;
/// Share of the picture from which on a difference has copies take sides.
constexpr float kClearlyDiffers = 0.005f;
constexpr uint32_t kNoGroup = UINT32_MAX;

bool shows_overlay(float here, float there) { return here >= kOverlayShare && here > 2 * there; }

class Grouping {
 public:
  Grouping(const Collection& collection,
           const CopyNodes& nodes,
           const std::vector<NodePair>& copies,
           const JudgePairs& judge)
      : all_(collection.pictures),
        nodes_(nodes),
        copies_(copies),
        judge_(judge),
        kept_of_(nodes.size(), kNoGroup),
        looked_at_for_(nodes.size(), kNoGroup),
        votes_(nodes.size()) {
    index_edges();
    vote_on_overlays();
  }

  std::vector<CopyGroup> run() {
    std::vector<uint8_t> visited(nodes_.size());
    for (uint32_t node = 0; node < nodes_.size(); ++node) {
      const bool is_single = neighbours(node).empty() && nodes_.of(node).size() == 1;
      if (!visited[node] && !is_single) group_component(component_of(node, visited));
    }
    link_groups();
    std::vector<CopyGroup> groups;
    for (auto& [kept, group] : groups_) {
      if (group.members.empty()) continue;
      group.reason = reason_of(kept);
      groups.push_back(sorted(std::move(group)));
    }
    std::sort(groups.begin(), groups.end(), [](const CopyGroup& a, const CopyGroup& b) { return a.kept < b.kept; });
    return groups;
  }

 private:
  void index_edges() {
    starts_.assign(nodes_.size() + 1, 0);
    for (const NodePair& pair : copies_) ++starts_[pair.a + 1], ++starts_[pair.b + 1];
    for (size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];
    neighbours_.resize(starts_.back());
    auto at = starts_;
    for (const NodePair& pair : copies_) neighbours_[at[pair.a]++] = pair.b, neighbours_[at[pair.b]++] = pair.a;
  }

  /// What a pair shows by itself counts twice what other copies say of it: a mark may have more copies than its
  /// original.
  void vote_on_overlays() {
    std::vector<float> differing(nodes_.size());  // summed over the node's copies
    for (const NodePair& pair : copies_) differing[pair.a] += pair.differs, differing[pair.b] += pair.differs;
    const auto from_others = [&](uint32_t node, const NodePair& pair) {
      const size_t others = neighbours(node).size() - 1;
      return others == 0 ? pair.differs : (differing[node] - pair.differs) / static_cast<float>(others);
    };
    for (const NodePair& pair : copies_) {
      int vote = 2 * (shows_overlay(pair.overlay_in_a, pair.overlay_in_b) -
                      shows_overlay(pair.overlay_in_b, pair.overlay_in_a));
      if (pair.differs >= kClearlyDiffers) {
        const float a = from_others(pair.a, pair), b = from_others(pair.b, pair);
        vote += shows_overlay(a, b) - shows_overlay(b, a);
      }
      votes_[pair.a] += vote, votes_[pair.b] -= vote;
    }
  }

  std::span<const uint32_t> neighbours(uint32_t node) const {
    return std::span(neighbours_).subspan(starts_[node], starts_[node + 1] - starts_[node]);
  }

  std::vector<uint32_t> component_of(uint32_t first, std::vector<uint8_t>& visited) const {
    std::vector<uint32_t> component{first};
    visited[first] = 1;
    for (size_t i = 0; i < component.size(); ++i) {
      for (const uint32_t next : neighbours(component[i])) {
        if (!visited[next]) visited[next] = 1, component.push_back(next);
      }
    }
    return component;
  }

  bool better(uint32_t a, uint32_t b) const {
    if (nodes_.reference[a] != nodes_.reference[b]) return nodes_.reference[a] != 0;
    return better_copy(all_[nodes_.best(a)], votes_[a] > 0, all_[nodes_.best(b)], votes_[b] > 0, nullptr);
  }

  /// Best first: whatever a kept picture leaves over has its own best picture next in the same order.
  void group_component(std::vector<uint32_t> component) {
    std::sort(component.begin(), component.end(), [this](uint32_t a, uint32_t b) { return better(a, b); });
    for (const uint32_t node : component) {
      if (kept_of_[node] == kNoGroup) gather(node);
    }
  }

  /// Takes what is a copy of `kept` itself, looking from copy to copy.
  void gather(uint32_t kept) {
    kept_of_[kept] = kept;
    CopyGroup& group = groups_[kept];
    group.kept = nodes_.best(kept);
    add_exact(kept, group);
    std::vector<uint32_t> frontier{kept};
    size_t looked_behind = 0;
    while (!frontier.empty()) {
      const auto pairs = unseen_pairs(kept, frontier);
      frontier.clear();
      for (const NodePair& pair : judged(pairs)) {
        const uint32_t other = pair.a == kept ? pair.b : pair.a;
        if (pair.same()) {
          add_edited(pair, kept, other, group);
        } else if (++looked_behind > kLookedBehind) {
          continue;
        }
        frontier.push_back(other);
      }
    }
  }

  std::vector<std::pair<uint32_t, uint32_t>> unseen_pairs(uint32_t kept, const std::vector<uint32_t>& frontier) {
    std::vector<std::pair<uint32_t, uint32_t>> pairs;
    for (const uint32_t node : frontier) {
      for (const uint32_t next : neighbours(node)) {
        if (kept_of_[next] != kNoGroup || nodes_.reference[next] || looked_at_for_[next] == kept) continue;
        looked_at_for_[next] = kept;
        pairs.emplace_back(std::min(kept, next), std::max(kept, next));
      }
    }
    std::sort(pairs.begin(), pairs.end());
    return pairs;
  }

  /// What is known of the pairs, and what the judge says of the others.
  std::vector<NodePair> judged(const std::vector<std::pair<uint32_t, uint32_t>>& pairs) {
    std::vector<NodePair> answers;
    std::vector<std::pair<uint32_t, uint32_t>> unknown;
    for (const auto& pair : pairs) {
      const auto known = std::lower_bound(
          copies_.begin(), copies_.end(), pair,
          [](const NodePair& a, const std::pair<uint32_t, uint32_t>& b) { return std::pair(a.a, a.b) < b; });
      if (known != copies_.end() && std::pair(known->a, known->b) == pair) {
        answers.push_back(*known);
      } else {
        unknown.push_back(pair);
      }
    }
    if (unknown.empty()) return answers;
    const auto more = judge_(unknown);
    answers.insert(answers.end(), more.begin(), more.end());
    return answers;
  }

  void add_exact(uint32_t node, CopyGroup& group) {
    for (const uint32_t i : nodes_.of(node).subspan(1)) {
      const auto level = all_[i].content == all_[group.kept].content ? CopyLevel::kBytes : CopyLevel::kPixels;
      if (!all_[i].reference) group.members.push_back({i, level});
    }
  }

  void add_edited(const NodePair& pair, uint32_t kept, uint32_t node, CopyGroup& group) {
    kept_of_[node] = kept;
    const auto [second, is_first] = second_.try_emplace(kept, node);
    if (!is_first && better(node, second->second)) second->second = node;
    const bool first = pair.a == node;
    const bool marked = first ? shows_overlay(pair.overlay_in_a, pair.overlay_in_b)
                              : shows_overlay(pair.overlay_in_b, pair.overlay_in_a);
    for (const uint32_t i : nodes_.of(node))
      group.members.push_back({i, CopyLevel::kEdited, pair.kind, pair.score, marked});
  }

  void link_groups() {
    for (const NodePair& pair : copies_) {
      if (kept_of_[pair.a] != kept_of_[pair.b]) link(pair.a, pair.b), link(pair.b, pair.a);
    }
  }

  void link(uint32_t from, uint32_t to) {
    auto& linked = groups_.at(kept_of_[from]).linked;
    for (const uint32_t i : nodes_.of(to)) {
      if (!all_[i].reference) linked.push_back(i);
    }
  }

  static CopyGroup sorted(CopyGroup group) {
    std::sort(group.members.begin(), group.members.end(),
              [](const CopyMember& a, const CopyMember& b) { return a.picture < b.picture; });
    std::sort(group.linked.begin(), group.linked.end());
    group.linked.erase(std::unique(group.linked.begin(), group.linked.end()), group.linked.end());
    return group;
  }

  /// The rule by which the kept picture beats the best of the others: of other pixels where there are some.
  std::string reason_of(uint32_t kept) const {
    const auto exact = nodes_.of(kept);
    if (nodes_.reference[kept]) return "a reference picture";
    std::string reason;
    if (const auto second = second_.find(kept); second != second_.end()) {
      better_copy(all_[exact[0]], votes_[kept] > 0, all_[nodes_.best(second->second)], votes_[second->second] > 0,
                  &reason);
      return reason;
    }
    uint32_t best = exact[1];
    for (const uint32_t i : exact.subspan(1)) {
      if (better_copy(all_[i], false, all_[best], false, nullptr)) best = i;
    }
    better_copy(all_[exact[0]], false, all_[best], false, &reason);
    return reason;
  }

  const std::vector<Picture>& all_;
  const CopyNodes& nodes_;
  const std::vector<NodePair>& copies_;
  const JudgePairs& judge_;
  std::vector<size_t> starts_;
  std::vector<uint32_t> neighbours_;
  std::vector<uint32_t> kept_of_;         // node -> kept node
  std::vector<uint32_t> looked_at_for_;   // node -> the kept node that it was compared with last
  std::vector<int> votes_;                // how many more copies it shows an overlay over than show one over it
  std::map<uint32_t, CopyGroup> groups_;  // by kept node
  std::map<uint32_t, uint32_t> second_;   // kept node -> its best member
};

}  // namespace

std::vector<CopyGroup> form_groups(const Collection& collection,
                                   const CopyNodes& nodes,
                                   const std::vector<NodePair>& copies,
                                   const JudgePairs& judge) {
  return Grouping(collection, nodes, copies, judge).run();
}

}  // namespace surefoot::clean
