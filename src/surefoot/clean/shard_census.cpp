#include "surefoot/clean/shard_census.h"

#include <cstdio>

namespace surefoot::clean {
namespace {

constexpr const char* kKey = "shard";  // as store.cpp's merge leaves it out
constexpr int kMostShards = 100000;

}  // namespace

void note_shard(Store& store, int shard, int shards, bool is_finished) {
  store.put_value(kKey,
                  std::to_string(shard + 1) + "/" + std::to_string(shards) + (is_finished ? " finished" : " begun"));
  store.flush();
}

void ShardCensus::count(Store& store) {
  const std::string noted = store.value(kKey).value_or("");
  int shard = 0, shards = 0;
  if (std::sscanf(noted.c_str(), "%d/%d", &shard, &shards) != 2 || shard < 1 || shard > shards || shards > kMostShards)
    return;
  std::set<int>& finished = finished_[shards];
  if (noted.ends_with(" finished")) finished.insert(shard);
}

std::vector<std::string> ShardCensus::missing() const {
  std::vector<std::string> names;
  for (const auto& [shards, finished] : finished_) {
    for (int shard = 1; shard <= shards; ++shard) {
      if (!finished.contains(shard)) names.push_back(std::to_string(shard) + "/" + std::to_string(shards));
    }
  }
  return names;
}

}  // namespace surefoot::clean
