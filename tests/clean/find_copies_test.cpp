// The whole search, on drawn pictures that are measured for real.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "surefoot/base/philox.h"
#include "surefoot/clean/copy_groups.h"
#include "testing/pictures.h"

namespace surefoot::clean {
namespace {

struct Drawn {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;
};

/// Random discs and boxes over a slope: corners, edges and areas, another picture for each number.
Drawn draw(uint64_t number) {
  Philox random(11, Purpose::kSynthetic, 0, number);
  Drawn drawn{360, 270, std::vector<uint8_t>(size_t{360} * 270 * 3)};
  const auto paint = [&](int x, int y, const std::array<int, 3>& color) {
    for (size_t c = 0; c < 3; ++c)
      drawn.rgb[static_cast<size_t>(y * drawn.width + x) * 3 + c] = static_cast<uint8_t>(std::clamp(color[c], 0, 255));
  };
  const int slope = static_cast<int>(random.below(5));
  for (int y = 0; y < drawn.height; ++y) {
    for (int x = 0; x < drawn.width; ++x) paint(x, y, {60 + x * slope / 10, 90 + y / 3, 120});
  }
  for (int shape = 0; shape < 40; ++shape) {
    const int cx = static_cast<int>(random.below(360)), cy = static_cast<int>(random.below(270)),
              r = 8 + static_cast<int>(random.below(40));
    const bool is_disc = random.below(2) == 0;
    const std::array<int, 3> color{static_cast<int>(random.below(256)), static_cast<int>(random.below(256)),
                                   static_cast<int>(random.below(256))};
    for (int y = std::max(0, cy - r); y < std::min(drawn.height, cy + r); ++y) {
      for (int x = std::max(0, cx - r); x < std::min(drawn.width, cx + r); ++x) {
        if (!is_disc || (x - cx) * (x - cx) + (y - cy) * (y - cy) < r * r)
          paint(x, y, {color[0] + (x - cx) / 2, color[1] + (y - cy) / 2, color[2]});
      }
    }
  }
  return drawn;
}

/// Any change of place: `source(x, y)` gives the point of the old picture, in px.
Drawn warp(const Drawn& from, int width, int height, const std::function<std::pair<double, double>(int, int)>& source) {
  Drawn to{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(height) * 3)};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto [sx, sy] = source(x, y);
      const int ix = std::clamp(static_cast<int>(sx), 0, from.width - 1),
                iy = std::clamp(static_cast<int>(sy), 0, from.height - 1);
      for (int c = 0; c < 3; ++c)
        to.rgb[static_cast<size_t>(y * width + x) * 3 + c] =
            from.rgb[static_cast<size_t>(iy * from.width + ix) * 3 + c];
    }
  }
  return to;
}

Drawn half(const Drawn& d) {
  return warp(d, d.width / 2, d.height / 2, [](int x, int y) { return std::pair(2.0 * x, 2.0 * y); });
}
Drawn crop(const Drawn& d) {
  return warp(d, d.width * 8 / 10, d.height * 8 / 10, [](int x, int y) { return std::pair(x + 30.0, y + 20.0); });
}
Drawn mirror(const Drawn& d) {
  return warp(d, d.width, d.height, [&](int x, int y) { return std::pair(d.width - 1.0 - x, 1.0 * y); });
}
/// A caption: busier than what lies under it.
Drawn bar(Drawn d) {
  for (int y = d.height * 85 / 100; y < d.height; ++y) {
    for (int x = 0; x < d.width * 3; ++x)
      d.rgb[static_cast<size_t>(y * d.width * 3 + x)] = (x / 15 + y / 4) % 3 == 0 ? 255 : 0;
  }
  return d;
}
Drawn bright(Drawn d) {
  for (auto& value : d.rgb) value = static_cast<uint8_t>(std::min(255, value * 3 / 4 + 60));
  return d;
}

/// A collection whose pictures were measured; the views stay in memory.
struct Measured {
  Collection collection;
  std::map<std::string, index::PictureView> views;
  void add(const std::string& path, const Drawn& drawn, bool reference = false) {
    Picture picture;
    picture.path = path, picture.label = 0, picture.reference = reference;
    const std::string bytes = testing::encode_bmp(drawn.rgb, drawn.width, drawn.height);
    picture.content = std::to_string(std::hash<std::string>{}(bytes));
    index::measure(bytes, {}, picture.facts, views[path]);
    picture.size_bytes = bytes.size();
    picture.facts.resolution = {};  // estimates are for photographs; drawings would be kept by chance
    collection.pictures.push_back(picture);
  }
  Collection& finished() {
    collection.view = [this](size_t i) { return views.at(collection.pictures[i].path); };
    return collection;
  }
};

Measured sample() {
  Measured set;
  for (uint64_t i = 0; i < 12; ++i) {
    const Drawn drawn = draw(i);
    const std::string name = "p" + std::to_string(10 + i);
    set.add(name, drawn);
    if (i == 0) set.add(name + "-same", drawn);
    if (i == 1) set.add(name + "-half", half(drawn));
    if (i == 2) set.add(name + "-crop", crop(drawn));
    if (i == 3) set.add(name + "-mirror", mirror(drawn));
    if (i == 4) set.add(name + "-bar", bar(drawn));
    if (i == 5) set.add(name + "-bright", bright(drawn)), set.add(name + "-half", half(drawn));
  }
  Drawn white{100, 80, std::vector<uint8_t>(size_t{100} * 80 * 3, 255)},
      grey{200, 150, std::vector<uint8_t>(size_t{200} * 150 * 3, 240)};
  set.add("white", white), set.add("white-same", white), set.add("grey", grey);
  return set;
}

/// "kept: member(kind) ..." of every group, sorted: independent of positions.
std::vector<std::string> described(const Collection& collection, const std::vector<CopyGroup>& groups) {
  std::vector<std::string> lines;
  for (const CopyGroup& group : groups) {
    std::vector<std::string> members;
    for (const CopyMember& member : group.members)
      members.push_back(collection.pictures[member.picture].path + "(" +
                        (member.level == CopyLevel::kEdited ? index::copy_kind_name(member.kind) : "exact") + ")");
    std::sort(members.begin(), members.end());
    std::string line = collection.pictures[group.kept].path + ":";
    for (const std::string& member : members) line += " " + member;
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> found(const Collection& collection, const CopySearchOptions& options) {
  return described(collection, find_copies(collection, options, {}));
}
using Lines = std::vector<std::string>;

TEST(FindCopies, FindsEachKindOfCopyAndNothingElse) {
  Measured set = sample();
  EXPECT_EQ(found(set.finished(), {}),
            (Lines{"p10: p10-same(exact)", "p11: p11-half(copy)", "p12: p12-crop(crop)", "p13: p13-mirror(mirrored)",
                   "p14: p14-bar(copy)", "p15: p15-bright(copy) p15-half(copy)", "white: white-same(exact)"}));
  EXPECT_EQ(found(set.collection, {.edited = false}), (Lines{"p10: p10-same(exact)", "white: white-same(exact)"}));
  const Lines upright = found(set.collection, {.turned = false});
  EXPECT_EQ(std::count(upright.begin(), upright.end(), "p13: p13-mirror(mirrored)"), 0);
  EXPECT_EQ(upright.size(), 6u);
}

TEST(FindCopies, DoesNotDependOnThreadsOrOrder) {
  Measured set = sample();
  const Lines expected = found(set.finished(), {.threads = 1});
  EXPECT_EQ(found(set.collection, {.threads = 4}), expected);
  Philox random(1, Purpose::kShuffle, 0, 0);
  for (int round = 0; round < 3; ++round) {
    auto& pictures = set.collection.pictures;
    for (size_t i = pictures.size(); i-- > 1;) std::swap(pictures[i], pictures[random.below(i + 1)]);
    EXPECT_EQ(found(set.collection, {.threads = 2}), expected);
  }
}

/// Sees in a picture its mean colour in a few places, as a network would see more.
class Colours final : public LabelScorer {
 public:
  LabelScores score(const LabelTask& task, const std::function<void(double)>& progress) override {
    EXPECT_EQ(task.classes, 0);
    EXPECT_EQ(task.weights, "some.safetensors");
    const size_t square = static_cast<size_t>(task.side) * static_cast<size_t>(task.side) * 3;
    LabelScores scores;
    scores.dimensions = 12;
    for (size_t i = 0; i < task.labels.size(); ++i)
      for (size_t part = 0; part < 4; ++part)
        for (size_t c = 0; c < 3; ++c)
          scores.embeddings.push_back(mean(task.pictures, i * square + part * square / 4, square / 4, c));
    progress(1);
    return scores;
  }

 private:
  static float mean(const std::vector<uint8_t>& pictures, size_t from, size_t count, size_t channel) {
    double sum = 0;
    for (size_t k = channel; k < count; k += 3) sum += pictures[from + k];
    return static_cast<float>(3 * sum / static_cast<double>(count));
  }
};

TEST(FindCopies, ANetworksNeighboursAreComparedToo) {
  Measured set = sample();
  Colours network;
  const PictureCodes codes = picture_codes(set.finished(), "some.safetensors", network, 0, 2, [](double) {});
  EXPECT_EQ(static_cast<size_t>(std::count(codes.known.begin(), codes.known.end(), true)),
            set.collection.pictures.size());
  const Lines without = found(set.collection, {}), with = found(set.collection, {.codes = &codes});
  EXPECT_EQ(with, without) << "nominated is not yet found: every pair is verified";
  // Hashes and features that say nothing leave the network alone with it.
  for (Picture& picture : set.collection.pictures) {
    picture.facts.hashes.pdq_quality = 0;
    picture.facts.hashes.difference = std::hash<std::string>{}(picture.path);
  }
  for (auto& [path, view] : set.views) view.features.clear();
  EXPECT_EQ(std::ranges::count(found(set.collection, {}), "p15: p15-bright(copy) p15-half(copy)"), 0);
  EXPECT_EQ(std::ranges::count(found(set.collection, {.codes = &codes}), "p11: p11-half(copy)"), 1);
}

TEST(FindCopies, AReferenceIsKept) {
  Measured set;
  set.add("large", draw(1));
  set.add("ref/half", half(draw(1)), true);
  set.add("ref/crop", crop(draw(1)), true);
  const auto groups = find_copies(set.finished(), {}, {});
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_TRUE(set.collection.pictures[groups[0].kept].reference);
  EXPECT_EQ(groups[0].members.size(), 1u);
}

TEST(FindCopies, FilesThatCannotBeDecodedAreNoCopies) {
  Measured set;
  for (const char* path : {"a", "b"}) {
    Picture broken;
    broken.path = path, broken.content = "same", broken.facts.status = image::DecodeStatus::kCorrupt;
    set.collection.pictures.push_back(broken);
  }
  EXPECT_TRUE(find_copies(set.finished(), {}, {}).empty());
  // What only this build cannot decode may be a good picture: the bytes speak.
  for (Picture& picture : set.collection.pictures) picture.facts.status = image::DecodeStatus::kUnsupported;
  EXPECT_EQ(described(set.collection, find_copies(set.collection, {}, {})), (Lines{"a: b(exact)"}));
}

TEST(FindCopies, ProgressGrowsAndMayStopIt) {
  Measured set = sample();
  uint64_t last = 0;
  find_copies(set.finished(), {.threads = 2}, [&](uint64_t done, uint64_t total) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, total);
    last = done;
  });
  EXPECT_GT(last, 0u);
  EXPECT_THROW(find_copies(set.collection, {}, [](uint64_t, uint64_t) { throw std::runtime_error("stop"); }),
               std::runtime_error);
}

TEST(FindCopies, AnEmptyCollectionHasNone) {
  Measured set;
  EXPECT_TRUE(find_copies(set.finished(), {}, {}).empty());
}

}  // namespace
}  // namespace surefoot::clean
