#include "surefoot/clean/copy_grouping.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "clean/copy_fixture.h"

namespace surefoot::clean {
namespace {

using testing::MadePicture;
using testing::make_collection;

/// Pictures by name, and which of them are copies; the judge counts what it is asked.
class World {
 public:
  World(const std::vector<MadePicture>& made, const std::set<std::pair<std::string, std::string>>& copies)
      : collection(make_collection(made)), copies_(copies) {
    nodes = copy_nodes(collection);
  }

  /// @param nominated  pairs that were compared beforehand; the others only on demand
  std::vector<CopyGroup> groups(const std::set<std::pair<std::string, std::string>>& nominated) {
    std::vector<NodePair> known;
    for (const auto& [a, b] : nominated) {
      const NodePair pair = compare(node(a), node(b));
      if (pair.same()) known.push_back(pair);
    }
    std::sort(known.begin(), known.end(),
              [](const NodePair& x, const NodePair& y) { return std::pair(x.a, x.b) < std::pair(y.a, y.b); });
    return form_groups(collection, nodes, known, [this](const auto& pairs) {
      std::vector<NodePair> answers;
      for (const auto& [a, b] : pairs) answers.push_back(compare(a, b)), ++asked;
      return answers;
    });
  }

  std::vector<std::string> described(const std::vector<CopyGroup>& groups) const {
    std::vector<std::string> lines;
    for (const CopyGroup& group : groups) {
      std::string line = name(group.kept) + ":";
      for (const CopyMember& member : group.members)
        line += " " + name(member.picture) + (member.watermarked ? "*" : "");
      if (!group.linked.empty()) line += " ~";
      for (const uint32_t i : group.linked) line += " " + name(i);
      lines.push_back(line);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  Collection collection;
  CopyNodes nodes;
  std::map<std::pair<std::string, std::string>, float> overlays;  // (who has it, over whom)
  std::map<std::pair<std::string, std::string>, float> differs;
  int asked = 0;

 private:
  std::string name(uint32_t picture) const { return collection.pictures[picture].path; }
  uint32_t node(const std::string& path) const {
    for (uint32_t n = 0; n < nodes.size(); ++n) {
      if (name(nodes.best(n)) == path) return n;
    }
    ADD_FAILURE() << path;
    return 0;
  }
  NodePair compare(uint32_t a, uint32_t b) {
    NodePair pair{std::min(a, b), std::max(a, b)};
    const std::string x = name(nodes.best(pair.a)), y = name(nodes.best(pair.b));
    if (copies_.contains({x, y}) || copies_.contains({y, x})) pair.kind = index::CopyKind::kCopy, pair.score = 0.9f;
    pair.overlay_in_a = overlays[{x, y}], pair.overlay_in_b = overlays[{y, x}];
    pair.differs = differs.contains({x, y}) ? differs[{x, y}] : differs[{y, x}];
    return pair;
  }
  std::set<std::pair<std::string, std::string>> copies_;
};

using Lines = std::vector<std::string>;

TEST(CopyGrouping, DoesNotChain) {
  // a ~ b and b ~ c, but a and c are different pictures: c is no duplicate of what is kept, it only belongs to the same
  // side of a split.
  World world({{"a", "1", "", 300}, {"b", "2", "", 200}, {"c", "3", "", 100}}, {{"a", "b"}, {"b", "c"}});
  EXPECT_EQ(world.described(world.groups({{"a", "b"}, {"b", "c"}})), (Lines{"a: b ~ c"}));
  EXPECT_EQ(group_ids(world.collection, world.groups({{"a", "b"}, {"b", "c"}})), (std::vector<uint32_t>{0, 0, 0}));
}

TEST(CopyGrouping, GroupsWhatIsLeftOverAgain) {
  World world({{"a", "1", "", 300}, {"b", "2", "", 200}, {"c", "3", "", 150}, {"d", "4", "", 100}},
              {{"a", "b"}, {"b", "c"}, {"c", "d"}});
  EXPECT_EQ(world.described(world.groups({{"a", "b"}, {"b", "c"}, {"c", "d"}})), (Lines{"a: b ~ c", "c: d ~ b"}));
}

TEST(CopyGrouping, ComparesEveryMemberWithTheKeptOne) {
  World world({{"a", "1", "", 300}, {"b", "2", "", 200}, {"c", "3", "", 100}}, {{"a", "b"}, {"b", "c"}, {"a", "c"}});
  EXPECT_EQ(world.described(world.groups({{"a", "b"}, {"b", "c"}})), (Lines{"a: b c"}));
  EXPECT_EQ(world.asked, 1);  // a with c; the other two were known
}

TEST(CopyGrouping, LooksBehindAPictureThatIsNoCopyItself) {
  World world({{"a", "1", "", 300}, {"b", "2", "", 200}, {"c", "3", "", 100}, {"d", "4", "", 50}},
              {{"a", "b"}, {"b", "c"}, {"c", "d"}, {"a", "d"}});
  EXPECT_EQ(world.described(world.groups({{"a", "b"}, {"b", "c"}, {"c", "d"}})), (Lines{"a: b d ~ c"}));
}

TEST(CopyGrouping, KeepsThePictureWithoutWatermark) {
  World world({{"clean", "1", "", 100}, {"one", "2", "", 300}, {"two", "3", "", 200}},
              {{"clean", "one"}, {"clean", "two"}, {"one", "two"}});
  world.overlays = {{{"one", "clean"}, 0.1f}, {{"two", "clean"}, 0.1f}, {{"one", "two"}, 0.1f}, {{"two", "one"}, 0.1f}};
  const auto groups = world.groups({{"clean", "one"}, {"clean", "two"}, {"one", "two"}});
  EXPECT_EQ(world.described(groups), (Lines{"clean: one* two*"}));
  EXPECT_EQ(groups[0].reason, "without watermark");
}

TEST(CopyGrouping, WhatMostCopiesAgreeOnIsTheOriginal) {
  // Nobody can tell from a pair which of the two was changed; a third copy agrees with the small one.
  World world({{"small", "1", "", 100}, {"changed", "2", "", 300}, {"third", "3", "", 90}},
              {{"small", "changed"}, {"small", "third"}, {"changed", "third"}});
  world.differs = {{{"changed", "small"}, 0.1f}, {{"changed", "third"}, 0.1f}};
  EXPECT_EQ(world.described(world.groups({{"changed", "small"}, {"small", "third"}, {"changed", "third"}})),
            (Lines{"small: changed third"}));
  World pair({{"small", "1", "", 100}, {"changed", "2", "", 300}}, {{"small", "changed"}});
  pair.differs = {{{"changed", "small"}, 0.1f}};
  EXPECT_EQ(pair.described(pair.groups({{"changed", "small"}})), (Lines{"changed: small"}));
}

TEST(CopyGrouping, ManyCopiesWithTheSameWatermarkDoNotOutvoteTheCleanOne) {
  std::vector<MadePicture> made{{"clean", "0", "", 100}};
  std::set<std::pair<std::string, std::string>> copies;
  std::map<std::pair<std::string, std::string>, float> overlays;
  for (int i = 1; i <= 6; ++i) {
    const std::string name = "marked" + std::to_string(i);
    for (const MadePicture& other : made) copies.insert({other.path, name});
    overlays[{name, "clean"}] = 0.2f;
    made.push_back({name, std::to_string(i), "", 500});
  }
  World world(made, copies);
  world.overlays = overlays;
  EXPECT_EQ(world.described(world.groups(copies)),
            (Lines{"clean: marked1* marked2* marked3* marked4* marked5* marked6*"}));
}

TEST(CopyGrouping, ReferencesAreKeptAndNeverMembers) {
  World world({{"a", "1", "", 300},
               {"b", "2", "", 200},
               {"r1", "3", "", 100, 100, -1, Part::kTrain, true},
               {"r2", "4", "", 90, 100, -1, Part::kTrain, true}},
              {{"a", "r1"}, {"b", "r2"}, {"a", "b"}, {"r1", "r2"}});
  const auto groups = world.groups({{"a", "r1"}, {"b", "r2"}, {"a", "b"}});
  EXPECT_EQ(world.described(groups), (Lines{"r1: a ~ b", "r2: b ~ a"}));
  EXPECT_EQ(groups[0].reason, "a reference picture");
}

TEST(CopyGrouping, ExactCopiesFollowTheirPicture) {
  World world({{"a1", "same", "p"},
               {"a2", "same", "p"},
               {"a3", "other bytes", "p"},
               {"b1", "2", "q", 50},
               {"b2", "3", "q", 50},
               {"lone", "5"}},
              {{"a1", "b1"}});
  const auto groups = world.groups({{"a1", "b1"}});
  ASSERT_EQ(world.described(groups), (Lines{"a1: a2 a3 b1 b2"}));
  std::vector<CopyLevel> levels;
  for (const CopyMember& member : groups[0].members) levels.push_back(member.level);
  EXPECT_EQ(levels,
            (std::vector<CopyLevel>{CopyLevel::kBytes, CopyLevel::kPixels, CopyLevel::kEdited, CopyLevel::kEdited}));
}

TEST(CopyGrouping, ALongChainCostsAboutLinearlyManyComparisons) {
  constexpr int kLength = 3000;
  std::vector<MadePicture> made;
  std::set<std::pair<std::string, std::string>> copies;
  for (int i = 0; i < kLength; ++i) {
    made.push_back({std::to_string(10000 + i), std::to_string(i), "", 10000 - i});
    if (i > 0) copies.insert({made[made.size() - 2].path, made.back().path});
  }
  World world(made, copies);
  const auto groups = world.groups(copies);
  EXPECT_EQ(groups.size(), kLength / 2u);
  EXPECT_LT(world.asked, kLength * 300);
}

}  // namespace
}  // namespace surefoot::clean
