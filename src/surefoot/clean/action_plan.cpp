#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "surefoot/base/error.h"
#include "surefoot/base/escape.h"
#include "surefoot/clean/quarantine.h"
#include "surefoot/clean/sentence.h"

namespace surefoot::clean {
namespace {

/// What is to become of one picture, and who said so.
struct Fate {
  std::optional<Action> action;
  bool by_person = false;
  bool rubbish = false;  // by itself, whatever its copies are: blank, damaged
  bool kept_by_person = false;
  std::set<std::string> settled;  // issues that a person said are none
};

bool is_about_copies(const std::string& issue) {
  return issue == "exact-duplicate" || issue == "near-duplicate" || issue == "leak" || issue == "label-conflict";
}

/// The same path below another class folder; empty where the path has no class folder.
std::string relabelled(const Collection& collection, const Picture& picture, const std::string& label) {
  if (picture.label < 0) return "";
  const std::string& own = collection.classes[static_cast<size_t>(picture.label)];
  size_t begin = 0;
  for (int level = 0; level < 2; ++level) {
    const size_t end = picture.path.find('/', begin);
    if (end == std::string::npos) return "";
    if (picture.path.compare(begin, end - begin, own) == 0 && (level == 1 || !collection.has_parts)) {
      return picture.path.substr(0, begin) + label + picture.path.substr(end);
    }
    begin = end + 1;
  }
  return "";
}

class Planner {
 public:
  Planner(const Collection& collection, const PlanOptions& options)
      : collection_(collection), options_(options), fates_(collection.pictures.size()) {
    for (size_t i = 0; i < collection.pictures.size(); ++i) {
      const Picture& picture = collection.pictures[i];
      if (picture.reference) continue;
      by_path_.emplace(picture.path, i);
      if (!picture.content.empty()) by_content_.emplace(picture.content, i);
    }
  }

  void hear(const Decision& decision) {
    bool heard = false;
    const auto named = by_path_.find(decision.path);
    if (named != by_path_.end() &&
        (decision.content.empty() || collection_.pictures[named->second].content == decision.content)) {
      return decide(named->second, decision);
    }
    // The file has gone or was replaced; its content may lie elsewhere.
    const auto [begin, end] = by_content_.equal_range(decision.content);
    for (auto at = begin; at != end && !decision.content.empty(); ++at) decide(at->second, decision), heard = true;
    if (!heard) plan_.left_alone.push_back(printable(decision.path) + ": decided on, and no longer there");
  }

  void hear(const Finding& finding) {
    const auto found = by_path_.find(finding.path);
    if (found == by_path_.end()) return;
    Fate& fate = fates_[found->second];
    const bool asked = std::ranges::find(options_.take, finding.issue) != options_.take.end();
    if (finding.severity != Severity::kHigh && !asked) return;
    if (fate.settled.contains(finding.issue) || fate.kept_by_person) {
      plan_.left_alone.push_back(printable(finding.path) + ": " + finding.issue + ", and a person decided to keep it");
      return;
    }
    if (!is_about_copies(finding.issue) && finding.issue != "mislabelled") fate.rubbish = true;
    if (fate.by_person ||
        (fate.action && fate.action->kind == Action::Kind::kQuarantine && fate.action->score >= finding.score))
      return;
    const bool relabel = finding.issue == "mislabelled" && !finding.related.empty();
    if (relabel && fate.action) return;  // rubbish under another label is rubbish still
    set(found->second, relabel ? Action::Kind::kRelabel : Action::Kind::kQuarantine, finding.issue, finding.score,
        finding.related);
  }

  /// One of every group stays. A kept picture that is rubbish by itself may go with its copies, which are the same
  /// rubbish.
  void spare_groups(const std::vector<CopyGroup>& groups) {
    for (const CopyGroup& group : groups) {
      std::vector<uint32_t> all{group.kept};
      for (const CopyMember& member : group.members) all.push_back(member.picture);
      const bool emptied = std::ranges::all_of(all, [&](uint32_t i) { return leaves(i); });
      if (!emptied) continue;
      // Rather one that only the rules would take than one that a person wants gone.
      auto spared = std::ranges::find_if(all, [&](uint32_t i) { return !fates_[i].rubbish && !fates_[i].by_person; });
      if (spared == all.end()) spared = std::ranges::find_if(all, [&](uint32_t i) { return !fates_[i].rubbish; });
      if (spared == all.end()) continue;
      fates_[*spared].action.reset();
      plan_.left_alone.push_back(printable(collection_.pictures[*spared].path) + ": the last of its group of copies");
    }
  }

  void check_classes() const {
    std::map<int32_t, std::pair<uint64_t, uint64_t>> taken_of;
    for (size_t i = 0; i < fates_.size(); ++i) {
      const Picture& picture = collection_.pictures[i];
      if (picture.label < 0 || picture.reference || !picture.named_picture) continue;
      auto& [taken, all] = taken_of[picture.label];
      taken += fates_[i].action.has_value();
      ++all;
    }
    std::string names;
    for (const auto& [label, counts] : taken_of) {
      const double share = static_cast<double>(counts.first) / static_cast<double>(counts.second);
      if (share <= options_.most_of_class) continue;
      names += (names.empty() ? "" : ", ") + printable(collection_.classes[static_cast<size_t>(label)]) + " (" +
               std::to_string(counts.first) + " of " + std::to_string(counts.second) +
               format(", %.0f %%)", 100 * share);
    }
    if (names.empty() || options_.force) return;
    throw Error(
        ErrorCode::kCleanTooMuch, "the clean-up would take too much of: " + names,
        format("the limit is %.0f %% of a class; nothing was moved", 100 * options_.most_of_class),
        "look at report.html; if it is right, --max-share raises the limit, and --force takes them all the same (--undo brings them back)");
  }

  Plan plan() {
    for (Fate& fate : fates_) {
      if (fate.action) plan_.actions.push_back(std::move(*fate.action));
    }
    std::ranges::sort(plan_.actions, {}, &Action::from);
    return std::move(plan_);
  }

 private:
  bool leaves(size_t i) const { return fates_[i].action && fates_[i].action->kind == Action::Kind::kQuarantine; }

  void decide(size_t i, const Decision& decision) {
    Fate& fate = fates_[i];
    switch (decision.choice) {
      case Choice::kKeep:
      case Choice::kKeepBoth:
        if (decision.choice == Choice::kKeepBoth)
          fate.settled.insert({"exact-duplicate", "near-duplicate"});
        else if (decision.issue.empty())
          fate.kept_by_person = true;
        else
          fate.settled.insert(decision.issue);
        return;
      case Choice::kRemove:
        fate.by_person =
            set(i, Action::Kind::kQuarantine, decision.issue.empty() ? "decided" : decision.issue, 1, decision.related);
        return;
      case Choice::kRelabel:
        fate.by_person =
            set(i, Action::Kind::kRelabel, decision.issue.empty() ? "decided" : decision.issue, 1, decision.label);
        return;
    }
  }

  bool set(size_t i, Action::Kind kind, const std::string& issue, double score, const std::string& related) {
    const Picture& picture = collection_.pictures[i];
    std::string to = picture.path;
    if (kind == Action::Kind::kRelabel) {
      const bool sane = !related.empty() && related != "." && related != ".." &&
                        related.find('/') == std::string::npos && related.find('\0') == std::string::npos;
      to = sane ? relabelled(collection_, picture, related) : "";
      if (to.empty() || to == picture.path) {
        plan_.left_alone.push_back(printable(picture.path) + ": cannot be moved to class " + printable(related));
        return false;
      }
    }
    fates_[i].action =
        Action{kind,  picture.path, std::move(to), issue, picture.content, picture.size_bytes, picture.mtime_ns,
               score, related};
    return true;
  }

  const Collection& collection_;
  const PlanOptions& options_;
  std::vector<Fate> fates_;
  std::unordered_map<std::string, size_t> by_path_;
  std::unordered_multimap<std::string, size_t> by_content_;
  Plan plan_;
};

}  // namespace

Plan plan_actions(const Collection& collection,
                  const std::vector<Finding>& findings,
                  const std::vector<CopyGroup>& groups,
                  const std::vector<Decision>& decisions,
                  const PlanOptions& options) {
  Planner planner(collection, options);
  for (const Decision& decision : decisions) planner.hear(decision);
  for (const Finding& finding : findings) planner.hear(finding);
  planner.spare_groups(groups);
  planner.check_classes();
  return planner.plan();
}

}  // namespace surefoot::clean
