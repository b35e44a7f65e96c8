#pragma once
// Which shares of a divided measuring (`surefoot clean --shard I/N`) are there when they are put together.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "surefoot/clean/store.h"

namespace surefoot::clean {

/// Kept in the store of a share, never taken over by a merge. @param shard  counts from 0
void note_shard(Store& store, int shard, int shards, bool is_finished);

class ShardCensus {
 public:
  /// One that is no share counts for nothing.
  void count(Store& store);
  /// "2/3", in order: shares that no counted store has finished, of every N that one of them is a share of.
  std::vector<std::string> missing() const;

 private:
  std::map<int, std::set<int>> finished_;  // N -> I from 1
};

}  // namespace surefoot::clean
