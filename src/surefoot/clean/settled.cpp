#include "surefoot/clean/settled.h"

#include <algorithm>
#include <string_view>

#include "surefoot/clean/issue.h"

namespace surefoot::clean {
namespace {

constexpr std::string_view kExactCopy = "exact-duplicate";

using PathIndex = std::unordered_map<std::string_view, const Picture*>;

PathIndex by_path(const Collection& collection) {
  PathIndex index;
  index.reserve(collection.pictures.size());
  for (const Picture& picture : collection.pictures) index.emplace(picture.path, &picture);
  return index;
}

bool settles(const Decision& decision,
             const Finding& finding,
             const Picture& picture,
             const PathIndex& pictures,
             const Collection& collection) {
  if (!decision.issue.empty() && decision.issue != finding.issue) return false;
  if (decision.choice == Choice::kKeep) return true;
  if (decision.choice == Choice::kRelabel)
    return picture.label >= 0 && collection.classes[static_cast<size_t>(picture.label)] == decision.label;
  if (decision.choice != Choice::kKeepBoth) return false;
  const auto other = pictures.find(finding.related);
  return decision.related.empty() || (other != pictures.end() && (other->second->content == decision.related ||
                                                                  other->second->path == decision.related));
}

}  // namespace

DecisionLookup::DecisionLookup(std::span<const Decision> decisions) {
  for (const Decision& decision : decisions) {
    if (!decision.content.empty()) by_content_.emplace(decision.content, &decision);
    if (!decision.pixels.empty()) by_pixels_.emplace(decision.pixels, &decision);
  }
}

std::vector<const Decision*> DecisionLookup::of(const Picture& picture) const {
  std::vector<const Decision*> found;
  const auto add = [&](const auto& index, const std::string& key) {
    if (key.empty()) return;
    const auto [begin, end] = index.equal_range(key);
    for (auto at = begin; at != end; ++at) {
      if (std::find(found.begin(), found.end(), at->second) == found.end()) found.push_back(at->second);
    }
  };
  add(by_content_, picture.content);
  add(by_pixels_, picture.facts.pixels_hash);
  return found;
}

bool rejects_content(const Decision& decision) {
  if (decision.choice != Choice::kRemove) return false;
  const IssueInfo* issue = find_issue(decision.issue);
  return issue == nullptr || issue->check != "duplicates";
}

void forget_settled(std::vector<Finding>& findings, std::span<const Decision> decisions, const Collection& collection) {
  if (decisions.empty()) return;
  const DecisionLookup lookup(decisions);
  const PathIndex pictures = by_path(collection);
  std::erase_if(findings, [&](const Finding& finding) {
    const auto picture = pictures.find(finding.path);
    if (picture == pictures.end()) return false;  // about a class
    const auto said = lookup.of(*picture->second);
    return std::any_of(said.begin(), said.end(), [&](const Decision* each) {
      return settles(*each, finding, *picture->second, pictures, collection);
    });
  });
}

void complete_decisions(std::vector<Decision>& decisions,
                        const Collection& collection,
                        const std::vector<CopyGroup>& groups) {
  const PathIndex pictures = by_path(collection);
  std::unordered_map<std::string_view, const Picture*> exact_copy_of;
  for (const CopyGroup& group : groups) {
    for (const CopyMember& member : group.members) {
      if (member.level != CopyLevel::kEdited)
        exact_copy_of.emplace(collection.pictures[member.picture].path, &collection.pictures[group.kept]);
    }
  }
  for (Decision& decision : decisions) {
    const auto picture = pictures.find(decision.path);
    // Where the path holds something else by now, it is not that which was meant.
    if (picture != pictures.end() && (decision.content.empty() || decision.content == picture->second->content)) {
      decision.content = picture->second->content;
      decision.pixels = picture->second->facts.pixels_hash;
    }
    const auto other = pictures.find(decision.related);
    if (other != pictures.end()) decision.related = other->second->content;
    if (decision.choice == Choice::kRemove && decision.issue.empty() && exact_copy_of.contains(decision.path))
      decision.issue = kExactCopy;
  }
}

}  // namespace surefoot::clean
