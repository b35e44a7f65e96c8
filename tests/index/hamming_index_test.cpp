#include "surefoot/index/hamming_index.h"

#include <gtest/gtest.h>

#include <thread>

#include "surefoot/base/philox.h"

namespace surefoot::index {
namespace {

using Found = std::vector<std::pair<uint32_t, int>>;

Hash256 random_hash(Philox& random) {
  Hash256 hash;
  for (uint64_t& word : hash.words) word = random.next_u64();
  return hash;
}

Hash256 with_flips(Hash256 hash, int bits, Philox& random) {
  for (int flipped = 0; flipped < bits;) {
    Hash256 next = hash;
    const uint64_t bit = random.below(256);
    next.words[bit / 64] ^= uint64_t{1} << (bit % 64);
    hash = next, ++flipped;
  }
  return hash;
}

/// Clusters of 1 to 12 around random centres, members 0 to 60 flips away.
std::vector<Hash256> clustered(size_t count, uint64_t seed) {
  Philox random(seed, Purpose::kSynthetic, 0, 0);
  std::vector<Hash256> hashes;
  while (hashes.size() < count) {
    const Hash256 centre = random_hash(random);
    for (uint64_t k = random.below(12) + 1; k > 0 && hashes.size() < count; --k) {
      hashes.push_back(with_flips(centre, static_cast<int>(random.below(61)), random));
    }
  }
  return hashes;
}

Found brute_force(const std::vector<Hash256>& hashes, const Hash256& query, int max_distance) {
  Found found;
  for (size_t i = 0; i < hashes.size(); ++i) {
    if (const int bits = distance(hashes[i], query); bits <= max_distance) found.emplace_back(i, bits);
  }
  return found;
}

Found search(const HammingIndex& index, const Hash256& query, int max_distance) {
  Found found;
  index.search(query, max_distance, [&](uint32_t position, int bits) { found.emplace_back(position, bits); });
  return found;
}

TEST(HammingIndex, FindsWhatBruteForceFindsInTheSameOrder) {
  const std::vector<Hash256> hashes = clustered(6000, 1);
  const HammingIndex index(hashes);
  size_t pairs = 0;
  for (const int max_distance : {0, 1, 7, 15, 16, 24, 31, 32, 40, 47}) {
    for (size_t i = 0; i < hashes.size(); i += 7) {
      const Found expected = brute_force(hashes, hashes[i], max_distance);
      ASSERT_EQ(search(index, hashes[i], max_distance), expected) << i << " within " << max_distance;
      pairs += expected.size() - 1;
    }
  }
  EXPECT_GT(pairs, 5000u);
}

TEST(HammingIndex, TheHardestPairHasTheSameNumberOfFlipsInEverySlot) {
  Philox random(2, Purpose::kSynthetic, 0, 0);
  for (const int flips : {1, 2}) {
    const Hash256 query = random_hash(random);
    Hash256 far = query;
    for (size_t slot = 0; slot < 16; ++slot) {
      for (int k = 0; k < flips; ++k)
        far.words[slot / 4] ^= uint64_t{1} << (slot % 4 * 16 + (slot + size_t(k) * 5) % 16);
    }
    const std::vector<Hash256> hashes = {far};
    EXPECT_EQ(search(HammingIndex(hashes), query, 16 * flips + 15), (Found{{0, 16 * flips}}));
    EXPECT_EQ(search(HammingIndex(hashes), query, 16 * flips), (Found{{0, 16 * flips}}));
    EXPECT_TRUE(search(HammingIndex(hashes), query, 16 * flips - 1).empty());
  }
}

TEST(HammingIndex, SkippedHashesAreNeverFound) {
  const std::vector<Hash256> hashes(5, Hash256{});
  EXPECT_EQ(search(HammingIndex(hashes, {false, true, false, false, true}), Hash256{}, 31),
            (Found{{0, 0}, {2, 0}, {3, 0}}));
  EXPECT_TRUE(search(HammingIndex({}, {}), Hash256{}, 31).empty());
}

TEST(HammingIndex, HubsAreFollowedFromTheirOwnValueOnly) {
  // 300 hashes share the value 0 in every slot but the last; the query is one bit away in each of those slots.
  std::vector<Hash256> hashes(300);
  for (size_t i = 0; i < hashes.size(); ++i) hashes[i].words[3] = uint64_t{i} << 48;
  Hash256 query;
  for (size_t slot = 0; slot < 15; ++slot) query.words[slot / 4] |= uint64_t{1} << (slot % 4 * 16 + slot);
  query.words[3] |= uint64_t{0xffff} << 48;
  EXPECT_EQ(search(HammingIndex(hashes), query, 31), brute_force(hashes, query, 31));
  EXPECT_GT(search(HammingIndex(hashes), query, 31).size(), 250u);
  EXPECT_TRUE(search(HammingIndex(hashes, {}, 100), query, 31).empty()) << "a template's neighbourhood";
  EXPECT_EQ(search(HammingIndex(hashes, {}, 100), hashes[5], 31), brute_force(hashes, hashes[5], 31))
      << "its own members still meet";
}

TEST(HammingIndex, SearchesRunInParallelAndWithinEachOther) {
  const std::vector<Hash256> hashes = clustered(2000, 3);
  const HammingIndex index(hashes);
  std::vector<Found> answers(hashes.size());
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = t; i < hashes.size(); i += 4) {
        index.search(hashes[i], 31, [&](uint32_t position, int bits) {
          answers[i].emplace_back(position, bits);
          index.search(hashes[position], 0, [](uint32_t, int) {});
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < hashes.size(); i += 11) EXPECT_EQ(answers[i], brute_force(hashes, hashes[i], 31));
}

}  // namespace
}  // namespace surefoot::index
