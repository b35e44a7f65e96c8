#include "surefoot/clean/group_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "surefoot/base/philox.h"

namespace surefoot::clean {
namespace {

struct Set {
  std::vector<int32_t> labels;
  std::vector<uint32_t> groups;
  std::vector<std::string> names;
  void add(int32_t label, uint32_t group) {
    names.push_back("class" + std::to_string(label) + "/" + std::to_string(names.size()));
    labels.push_back(label), groups.push_back(group);
  }
  std::vector<Part> split(const SplitShares& shares, uint64_t seed = 0) const {
    const std::vector<std::string_view> views(names.begin(), names.end());
    return split_groups(labels, groups, views, shares, seed);
  }
};

/// Three classes of different sizes; a third of the pictures in groups of 2..9, some across classes.
Set mixed(size_t pictures = 3000) {
  Set set;
  Philox random(1, Purpose::kSynthetic, 0, 0);
  uint32_t group = 0;
  while (set.labels.size() < pictures) {
    const auto label = static_cast<int32_t>(std::min<uint64_t>(2, random.below(8)));
    const uint64_t size = random.below(10) == 0 ? 2 + random.below(8) : 1;
    for (uint64_t i = 0; i < size; ++i) set.add(random.below(20) == 0 && size > 1 ? (label + 1) % 3 : label, group);
    ++group;
  }
  return set;
}

std::map<int32_t, std::array<double, 3>> counted(const Set& set, const std::vector<Part>& parts) {
  std::map<int32_t, std::array<double, 3>> counts;
  for (size_t i = 0; i < parts.size(); ++i) ++counts[set.labels[i]][static_cast<size_t>(parts[i])];
  return counts;
}

TEST(GroupSplit, KeepsGroupsTogether) {
  const Set set = mixed();
  for (const uint64_t seed : {0, 1, 2}) {
    const auto parts = set.split({0.2, 0.1}, seed);
    std::map<uint32_t, Part> of_group;
    for (size_t i = 0; i < parts.size(); ++i)
      EXPECT_EQ(of_group.try_emplace(set.groups[i], parts[i]).first->second, parts[i]);
  }
}

TEST(GroupSplit, EveryClassHasItsShareToThePicture) {
  const Set set = mixed();
  for (const SplitShares& shares : {SplitShares{0.1, 0}, SplitShares{0.25, 0.15}, SplitShares{0.05, 0.5}}) {
    for (const auto& [label, counts] : counted(set, set.split(shares))) {
      const double size = counts[0] + counts[1] + counts[2];
      EXPECT_EQ(counts[1], std::round(shares.validation * size)) << label;
      EXPECT_EQ(counts[2], std::round(shares.test * size)) << label;
    }
  }
}

TEST(GroupSplit, GroupsGoToAllPartsInProportion) {
  const Set set = mixed(20000);
  const auto parts = set.split({0.2, 0});
  std::map<uint32_t, size_t> sizes;
  for (const uint32_t group : set.groups) ++sizes[group];
  double grouped = 0, held_out = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (sizes[set.groups[i]] > 1) ++grouped, held_out += parts[i] == Part::kValidation;
  }
  EXPECT_NEAR(held_out / grouped, 0.2, 0.01);
}

TEST(GroupSplit, OnlyTheSeedAndTheNamesDecide) {
  const Set set = mixed();
  const auto parts = set.split({0.2, 0.1}, 7);
  EXPECT_EQ(set.split({0.2, 0.1}, 7), parts);
  EXPECT_NE(set.split({0.2, 0.1}, 8), parts);
  // In another order, with other numbers for the groups.
  std::vector<size_t> order(parts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::reverse(order.begin(), order.end());
  Set turned;
  for (const size_t i : order)
    turned.labels.push_back(set.labels[i]), turned.groups.push_back(99999 - set.groups[i]),
        turned.names.push_back(set.names[i]);
  const auto again = turned.split({0.2, 0.1}, 7);
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(again[i], parts[order[i]]);
}

TEST(GroupSplit, NewPicturesMoveFewOthers) {
  Set set = mixed();
  const auto before = set.split({0.2, 0});
  for (int i = 0; i < 30; ++i) set.add(i % 3, 100000 + static_cast<uint32_t>(i));
  const auto after = set.split({0.2, 0});
  size_t moved = 0;
  for (size_t i = 0; i < before.size(); ++i) moved += before[i] != after[i];
  EXPECT_LT(moved, 60u);
}

TEST(GroupSplit, SmallClassesHaveSomethingInEveryPart) {
  Set set;
  for (uint32_t i = 0; i < 3; ++i) set.add(0, i);
  for (uint32_t i = 0; i < 2; ++i) set.add(1, 10 + i);
  set.add(2, 20);
  const auto counts = counted(set, set.split({0.1, 0.1}));
  EXPECT_EQ(counts.at(0), (std::array<double, 3>{1, 1, 1}));
  EXPECT_EQ(counts.at(1), (std::array<double, 3>{1, 1, 0}));
  EXPECT_EQ(counts.at(2), (std::array<double, 3>{1, 0, 0}));
}

TEST(GroupSplit, AGroupLargerThanItsShareStaysInTraining) {
  Set set;
  for (uint32_t i = 0; i < 87; ++i) set.add(0, 0);
  for (uint32_t i = 1; i <= 13; ++i) set.add(0, i);
  const auto parts = set.split({0.1, 0});
  EXPECT_EQ(parts[0], Part::kTrain);
  EXPECT_EQ(counted(set, parts).at(0), (std::array<double, 3>{90, 10, 0}));
}

}  // namespace
}  // namespace surefoot::clean
