// All pairs of synthetic 256-bit hashes within a distance, on the index that `surefoot clean` uses.
//   bench_hashes [--count N] [--distance D] [--threads T] [--check]
// One third of the hashes lie in clusters of 2 to 9 around a centre, up to 24 flipped bits away; each hash has the bias
// of photographs: low bands follow a few common layouts. --check compares 200 searches with brute force. Prints one
// line of JSON.
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "surefoot/base/philox.h"
#include "surefoot/index/hamming_index.h"

namespace {
using namespace surefoot;
using namespace surefoot::index;

Hash256 draw_centre(Philox& random) {
  Hash256 hash;
  for (uint64_t& word : hash.words) word = random.next_u64();
  // Rows of low frequencies are far from uniform in photographs: one of 512 layouts, 30 % of its bits redrawn.
  const uint64_t layout = random.below(512);
  Philox common(7, Purpose::kSynthetic, 1, layout);
  hash.words[0] = common.next_u64() ^ (random.next_u64() & random.next_u64() & (random.next_u64() | random.next_u64()));
  return hash;
}

std::vector<Hash256> draw_hashes(size_t count) {
  Philox random(7, Purpose::kSynthetic, 0, 0);
  std::vector<Hash256> hashes;
  hashes.reserve(count + 9);
  while (hashes.size() < count) {
    const Hash256 centre = draw_centre(random);
    const uint64_t members = random.below(12) == 0 ? 2 + random.below(8) : 1;
    for (uint64_t k = 0; k < members; ++k) {
      Hash256 hash = centre;
      for (uint64_t flips = k == 0 ? 0 : random.below(25); flips > 0; --flips) {
        const uint64_t bit = random.below(256);
        hash.words[bit / 64] ^= uint64_t{1} << (bit % 64);
      }
      hashes.push_back(hash);
    }
  }
  hashes.resize(count);
  return hashes;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Pairs a < b within the distance.
uint64_t all_pairs(const HammingIndex& index, const std::vector<Hash256>& hashes, int max_distance, int threads) {
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> pairs{0};
  const auto work = [&] {
    constexpr size_t kPiece = 1024;
    uint64_t found = 0;
    for (size_t begin; (begin = next.fetch_add(kPiece)) < hashes.size();) {
      for (size_t i = begin; i < std::min(begin + kPiece, hashes.size()); ++i) {
        index.search(hashes[i], max_distance, [&](uint32_t position, int) { found += position > i; });
      }
    }
    pairs += found;
  };
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  return pairs;
}

bool is_exact(const HammingIndex& index, const std::vector<Hash256>& hashes, int max_distance) {
  for (size_t k = 0; k < 200; ++k) {
    const Hash256& query = hashes[k * hashes.size() / 200];
    std::vector<uint32_t> expected, found;
    for (size_t i = 0; i < hashes.size(); ++i) {
      if (distance(hashes[i], query) <= max_distance) expected.push_back(static_cast<uint32_t>(i));
    }
    index.search(query, max_distance, [&](uint32_t position, int) { found.push_back(position); });
    if (found != expected) return false;
  }
  return true;
}
}  // namespace

int main(int argument_count, char** arguments) {
  size_t count = 100000;
  int max_distance = 31, threads = 2;
  bool check = false;
  for (int i = 1; i < argument_count; ++i) {
    const auto is = [&](const char* name) { return std::strcmp(arguments[i], name) == 0 && i + 1 < argument_count; };
    if (is("--count")) {
      count = std::strtoull(arguments[++i], nullptr, 10);
    } else if (is("--distance")) {
      max_distance = std::atoi(arguments[++i]);
    } else if (is("--threads")) {
      threads = std::atoi(arguments[++i]);
    } else if (std::strcmp(arguments[i], "--check") == 0) {
      check = true;
    } else {
      std::fprintf(stderr, "usage: bench_hashes [--count N] [--distance 0..47] [--threads T] [--check]\n");
      return 2;
    }
  }
  const std::vector<Hash256> hashes = draw_hashes(count);
  auto start = std::chrono::steady_clock::now();
  const HammingIndex index(hashes);
  const double build = seconds_since(start);
  start = std::chrono::steady_clock::now();
  const uint64_t pairs = all_pairs(index, hashes, max_distance, threads);
  const double search = seconds_since(start);
  const bool exact = !check || is_exact(index, hashes, max_distance);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"hashes\":%zu,\"distance\":%d,\"threads\":%d,\"build_s\":%.3f,\"all_pairs_s\":%.3f,\"cpu_s\":%.1f,\"pairs\":%llu,\"peak_mib\":%ld%s}\n",
      count, max_distance, threads, build, search,
      static_cast<double>(usage.ru_utime.tv_sec) + 1e-6 * static_cast<double>(usage.ru_utime.tv_usec),
      static_cast<unsigned long long>(pairs), usage.ru_maxrss / 1024,
      check ? (exact ? ",\"exact\":true" : ",\"exact\":false") : "");
  return exact ? 0 : 1;
}
