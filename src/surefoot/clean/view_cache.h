#pragma once
// What comparisons look at, decoded once and kept while memory allows.
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "surefoot/clean/collection.h"
#include "surefoot/index/gray.h"
#include "surefoot/index/local_features.h"

namespace surefoot::clean {

struct DecodedView {
  index::Gray thumbnail;  // empty where there is none
  std::vector<index::LocalFeature> features;
};

/// Views of a collection's pictures, the least recently used dropped first. Thread-safe; two threads may decode the
/// same view at once.
class ViewCache {
 public:
  explicit ViewCache(const Collection& collection, size_t limit_bytes = size_t{256} << 20)
      : collection_(collection), limit_bytes_(limit_bytes) {}
  std::shared_ptr<const DecodedView> view(uint32_t picture);

 private:
  struct Entry {
    uint32_t picture;
    std::shared_ptr<const DecodedView> view;
    size_t bytes;
  };
  std::shared_ptr<const DecodedView> find(uint32_t picture);
  void keep(uint32_t picture, const std::shared_ptr<const DecodedView>& view);

  const Collection& collection_;
  const size_t limit_bytes_;
  std::mutex mutex_;
  std::list<Entry> entries_;  // most recently used first
  std::unordered_map<uint32_t, std::list<Entry>::iterator> places_;
  size_t bytes_ = 0;
};

}  // namespace surefoot::clean
