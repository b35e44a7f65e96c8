// Real photographs: edited copies are nominated and verified, different photographs are kept apart.
#include <gtest/gtest.h>

#include "index/scene.h"
#include "surefoot/image/decode.h"
#include "surefoot/index/feature_index.h"
#include "testing/temporary_folder.h"
#include "testing/test_data.h"

namespace surefoot::index {
namespace {

using namespace testing;

/// Every n-th picture of flowers5's validation part, `count` in all; empty where there are none.
std::vector<Gray> photographs(size_t count) {
  const surefoot::testing::TemporaryFolder folder;
  if (!surefoot::testing::unpack_data("flowers5.tar", folder.path(), "--wildcards 'flowers5/val/*.jpg'")) return {};
  const std::vector<std::string> paths = surefoot::testing::files_below(folder.path());
  std::vector<Gray> result;
  for (size_t i = 0; i < count && paths.size() >= count; ++i) {
    image::Pixels pixels;
    Gray gray;
    if (!image::decode(real_files().read(paths[i * paths.size() / count]), {}, pixels).ok()) continue;
    to_gray(pixels, gray);
    result.push_back(std::move(gray));
  }
  return result;
}

TEST(CopyPhotos, EditsAreFoundAndOthersKeptApart) {
  const std::vector<Gray> pictures = photographs(100);
  if (pictures.empty()) GTEST_SKIP() << "skipped: no data";
  std::vector<Seen> originals;
  FeatureIndex index;
  for (const Gray& picture : pictures) {
    originals.emplace_back(picture);
    index.add(originals.back().features);
  }
  index.build();
  int edits = 0, found = 0, wrong = 0;
  const auto search = [&](const Gray& edited, uint32_t original) {
    const Seen seen(edited);
    ++edits;
    for (const FeatureVotes& nominee : index.nominate(seen.features, 0xFFFFFFFF)) {
      const bool same = check_copy(seen.view(), originals[nominee.picture].view()).same();
      found += same && nominee.picture == original;
      wrong += same && nominee.picture != original;
    }
  };
  for (uint32_t i = 0; i < pictures.size(); i += 2) {
    const Gray& g = pictures[i];
    const int w = g.width, h = g.height, left = w * static_cast<int>(i) / 400,
              top = h * (25 - static_cast<int>(i) / 4) / 100;
    switch (i / 2 % 5) {
      case 0:
        search(crop(g, left, top, w * 7 / 10, h * 7 / 10), i);
        break;
      case 1:
        search(tiled_text(g, 0.35), i);
        break;
      case 2:
        search(turn(crop(g, left, top, w * 3 / 4, h * 3 / 4)), i);
        break;
      case 3:
        search(mirror(text(g, w / 5, h / 2, 8, w / 14, 0.8)), i);
        break;
      default:
        search(tone(border(g, w / 12, 255), 0.7, 10), i);
        break;
    }
  }
  EXPECT_GE(found, edits * 95 / 100) << "of " << edits;
  EXPECT_LE(wrong, edits / 50);  // two shots of one scene in a row may pass
  int same = 0;
  for (size_t i = 0; i < originals.size(); ++i) {
    for (size_t step = 1; step <= 5; ++step)
      same += check_copy(originals[i].view(), originals[(i + step) % originals.size()].view()).same();
  }
  EXPECT_LE(same, 1);
}

}  // namespace
}  // namespace surefoot::index
