#pragma once
// What a scan finds, compactly: 24 bytes a picture plus its path.
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "surefoot/data/manifest.h"

namespace surefoot::data {

/// Pictures and the names of their classes in the order found. Not thread-safe.
class PictureTable {
 public:
  struct Row {
    const char* path_bytes;
    uint32_t path_length;
    uint32_t label : 31;
    uint32_t validation : 1;
    uint64_t size_bytes;
    std::string_view path() const { return {path_bytes, path_length}; }
    Split split() const { return validation ? Split::kValidation : Split::kTrain; }
  };

  /// The number of this class; a new one for a new name.
  uint32_t label_of(std::string_view name) {
    const auto [found, added] = labels_.try_emplace(std::string(name), static_cast<uint32_t>(classes_.size()));
    if (added) classes_.emplace_back(name);
    return found->second;
  }
  void add(std::string_view path, uint32_t label, Split split, uint64_t size_bytes) {
    rows.push_back(
        {keep(path), static_cast<uint32_t>(path.size()), label, split == Split::kValidation ? 1u : 0u, size_bytes});
  }
  const std::vector<std::string>& classes() const { return classes_; }
  /// Numbers the classes by their names' bytes and sorts the rows by path.
  void sort();

  std::deque<Row> rows;  // grows without a copy

 private:
  static constexpr size_t kChunk = size_t{1} << 20;
  const char* keep(std::string_view text);

  std::vector<std::string> classes_;
  std::unordered_map<std::string, uint32_t> labels_;
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t used_ = kChunk;  // of the last chunk
};

}  // namespace surefoot::data
