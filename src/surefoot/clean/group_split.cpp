#include "surefoot/clean/group_split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>

#include "surefoot/base/error.h"
#include "surefoot/base/hash.h"
#include "surefoot/base/philox.h"

namespace surefoot::clean {
namespace {

constexpr std::array kParts = {Part::kTrain, Part::kValidation, Part::kTest};
constexpr std::array kHeldOut = {Part::kValidation, Part::kTest};
size_t number(Part part) { return static_cast<size_t>(part); }

struct Group {
  std::vector<uint32_t> pictures;
  std::map<int32_t, uint64_t> classes;  // label -> pictures
  std::string_view name;                // the first of its pictures' names
  uint64_t rank = 0;
  bool dealt = false;
};

class Dealer {
 public:
  Dealer(std::span<const int32_t> labels,
         std::span<const uint32_t> ids,
         std::span<const std::string_view> names,
         const SplitShares& shares,
         uint64_t seed)
      : shares_{1 - shares.validation - shares.test, shares.validation, shares.test}, parts_(labels.size()) {
    std::unordered_map<uint32_t, size_t> numbers;
    for (uint32_t i = 0; i < labels.size(); ++i) {
      const auto [at, is_new] = numbers.try_emplace(ids[i], groups_.size());
      if (is_new) groups_.emplace_back();
      Group& group = groups_[at->second];
      group.pictures.push_back(i);
      ++group.classes[labels[i]];
      if (group.name.empty() || names[i] < group.name) group.name = names[i];
      if (static_cast<size_t>(labels[i]) >= sizes_.size()) sizes_.resize(static_cast<size_t>(labels[i]) + 1);
      ++sizes_[static_cast<size_t>(labels[i])];
    }
    for (Group& group : groups_) group.rank = Philox(seed, Purpose::kSplit, 0, hash64(group.name)).next_u64();
    std::sort(groups_.begin(), groups_.end(),
              [](const Group& a, const Group& b) { return std::tie(a.rank, a.name) < std::tie(b.rank, b.name); });
    dealt_.resize(sizes_.size());
  }

  std::vector<Part> deal() {
    deal_groups();
    deal_singles();
    return parts_;
  }

 private:
  void give(Group& group, Part part) {
    group.dealt = true;
    for (const uint32_t i : group.pictures) parts_[i] = part;
    for (const auto& [label, count] : group.classes) dealt_[static_cast<size_t>(label)][number(part)] += count;
  }

  double wanted(size_t label, Part part) const { return shares_[number(part)] * static_cast<double>(sizes_[label]); }

  /// How full a part would be with the group, on the mean over its pictures.
  double fullness(const Group& group, Part part) const {
    double sum = 0;
    for (const auto& [label, count] : group.classes) {
      const auto at = static_cast<size_t>(label);
      sum += static_cast<double>(count) * static_cast<double>(dealt_[at][number(part)] + count) / wanted(at, part);
    }
    return sum / static_cast<double>(group.pictures.size());
  }

  void deal_groups() {
    std::vector<Group*> large;
    for (Group& group : groups_) {
      if (group.pictures.size() > 1) large.push_back(&group);
    }
    std::stable_sort(large.begin(), large.end(),
                     [](const Group* a, const Group* b) { return a->pictures.size() > b->pictures.size(); });
    for (Group* group : large) {
      Part best = Part::kTrain;
      for (const Part part : kHeldOut) {
        if (shares_[number(part)] > 0 && fullness(*group, part) < fullness(*group, best)) best = part;
      }
      give(*group, best);
    }
  }

  void deal_singles() {
    std::vector<std::vector<Group*>> singles(sizes_.size());
    for (Group& group : groups_) {
      if (!group.dealt) singles[static_cast<size_t>(group.classes.begin()->first)].push_back(&group);
    }
    for (size_t label = 0; label < singles.size(); ++label) {
      auto next = singles[label].begin();
      const auto last = singles[label].end();
      for (const Part part : kHeldOut) {
        for (uint64_t missing = missing_in(label, part, static_cast<uint64_t>(last - next)); missing > 0; --missing)
          give(**next++, part);
      }
      while (next != last) give(**next++, Part::kTrain);
    }
  }

  /// How many of the `left` single pictures of a class a held-out part gets: what it lacks, at least one if it has
  /// none, and never the last one that training, or validation before test, could have.
  uint64_t missing_in(size_t label, Part part, uint64_t left) const {
    if (shares_[number(part)] <= 0) return 0;
    const uint64_t has = dealt_[label][number(part)];
    const auto share = static_cast<uint64_t>(std::llround(wanted(label, part)));
    const uint64_t lacks = std::max<uint64_t>(share, 1) - std::min(has, std::max<uint64_t>(share, 1));
    const uint64_t for_training = dealt_[label][number(Part::kTrain)] == 0 ? 1 : 0;
    return std::min(lacks, left - std::min(left, for_training));
  }

  std::array<double, kParts.size()> shares_;
  std::vector<Part> parts_;
  std::vector<Group> groups_;                                 // by rank
  std::vector<uint64_t> sizes_;                               // pictures of each class
  std::vector<std::array<uint64_t, kParts.size()>> dealt_{};  // per class and part
};

}  // namespace

std::vector<Part> split_groups(std::span<const int32_t> labels,
                               std::span<const uint32_t> groups,
                               std::span<const std::string_view> names,
                               const SplitShares& shares,
                               uint64_t seed) {
  SUREFOOT_CHECK(labels.size() == groups.size() && labels.size() == names.size(), std::to_string(labels.size()));
  SUREFOOT_CHECK(shares.validation >= 0 && shares.test >= 0 && shares.validation + shares.test < 1,
                 std::to_string(shares.validation));
  return Dealer(labels, groups, names, shares, seed).deal();
}

}  // namespace surefoot::clean
