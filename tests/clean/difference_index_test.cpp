#include "surefoot/clean/difference_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "surefoot/base/philox.h"
#include "surefoot/index/perceptual_hash.h"

namespace surefoot::clean {
namespace {

TEST(DifferenceIndex, FindsWhatABruteForceSearchFinds) {
  Philox random(3, Purpose::kSynthetic, 0, 0);
  std::vector<uint64_t> hashes;
  std::vector<bool> skip;
  for (int i = 0; i < 3000; ++i) {
    uint64_t hash = i % 3 == 0 || hashes.empty() ? random.next_u64() : hashes[random.below(hashes.size())];
    for (uint64_t flips = random.below(14); i % 3 != 0 && flips > 0; --flips) hash ^= uint64_t{1} << random.below(64);
    hashes.push_back(hash), skip.push_back(i % 50 == 7);
  }
  const DifferenceIndex index(hashes, skip);
  size_t pairs = 0;
  for (uint32_t i = 0; i < hashes.size(); i += 7) {
    std::vector<DifferenceIndex::Near> found, expected;
    index.search(hashes[i], found);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    for (uint32_t j = 0; j < hashes.size(); ++j) {
      const int distance = std::popcount(hashes[i] ^ hashes[j]);
      if (!skip[j] && distance <= DifferenceIndex::kMostDistance) expected.push_back({j, distance});
    }
    pairs += expected.size();
    ASSERT_EQ(found, expected) << i;
  }
  EXPECT_GT(pairs, 1000u);
}

TEST(DifferenceIndex, ATemplateIsNotFollowed) {
  const std::vector<uint64_t> hashes(100, 42);
  std::vector<DifferenceIndex::Near> found;
  DifferenceIndex(hashes, {}, 99).search(42, found);
  EXPECT_TRUE(found.empty());
  DifferenceIndex(hashes, {}, 100).search(42, found);
  EXPECT_FALSE(found.empty());
}

TEST(DifferenceHash, OfATurnedPictureFollowsFromItsOwn) {
  index::Gray gray, mirrored, upside_down;
  gray.resize(90, 64), mirrored.resize(90, 64), upside_down.resize(90, 64);
  Philox random(5, Purpose::kSynthetic, 0, 0);
  int level = 128;
  for (auto& value : gray.values)
    value = static_cast<uint8_t>(level = std::clamp(level + static_cast<int>(random.below(31)) - 15, 0, 255));
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 90; ++x) mirrored.row(y)[x] = gray.row(y)[89 - x], upside_down.row(y)[x] = gray.row(63 - y)[x];
  }
  const uint64_t hash = index::perceptual_hashes(gray).difference;
  EXPECT_LE(std::popcount(mirrored_difference(hash) ^ index::perceptual_hashes(mirrored).difference), 1);
  EXPECT_LE(std::popcount(upside_down_difference(hash) ^ index::perceptual_hashes(upside_down).difference), 1);
  EXPECT_GT(std::popcount(hash ^ index::perceptual_hashes(mirrored).difference), 10);
}

}  // namespace
}  // namespace surefoot::clean
