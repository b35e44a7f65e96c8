#include "surefoot/data/picture_table.h"

#include <algorithm>
#include <numeric>

namespace surefoot::data {

const char* PictureTable::keep(std::string_view text) {
  const size_t room = std::max(kChunk, text.size());
  if (used_ + text.size() > kChunk || chunks_.empty()) {
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(room));
    used_ = 0;
  }
  char* place = chunks_.back().get() + used_;
  std::memcpy(place, text.data(), text.size());
  used_ += text.size();
  return place;
}

void PictureTable::sort() {
  std::vector<uint32_t> order(classes_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return classes_[a] < classes_[b]; });
  std::vector<uint32_t> number(order.size());
  std::vector<std::string> sorted(order.size());
  for (uint32_t i = 0; i < order.size(); ++i) {
    number[order[i]] = i;
    sorted[i] = std::move(classes_[order[i]]);
  }
  classes_ = std::move(sorted);
  labels_.clear();
  for (uint32_t i = 0; i < classes_.size(); ++i) labels_.emplace(classes_[i], i);
  for (Row& row : rows) row.label = number[row.label];
  const auto by_path = [](const Row& a, const Row& b) { return a.path() < b.path(); };
  if (!std::is_sorted(rows.begin(), rows.end(), by_path)) std::sort(rows.begin(), rows.end(), by_path);
}

}  // namespace surefoot::data
