#include "surefoot/clean/copy_nodes.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "surefoot/clean/copy_groups.h"

namespace surefoot::clean {
namespace {

/// What is equal for equal pictures; empty where a file takes no part.
std::string_view identity(const Picture& picture) {
  const auto status = picture.facts.status;
  if (picture.facts.measured) return picture.facts.pixels_hash.empty() ? picture.content : picture.facts.pixels_hash;
  const bool undecodable_here = status == image::DecodeStatus::kUnsupported || status == image::DecodeStatus::kTooLarge;
  return undecodable_here ? std::string_view(picture.content) : std::string_view();
}

}  // namespace

CopyNodes copy_nodes(const Collection& collection) {
  const auto& all = collection.pictures;
  std::unordered_map<std::string_view, uint32_t> numbers;
  std::vector<std::vector<uint32_t>> nodes;
  const auto better = [&](uint32_t a, uint32_t b) {
    if (all[a].reference != all[b].reference) return all[a].reference;
    return better_copy(all[a], false, all[b], false, nullptr);
  };
  for (uint32_t i = 0; i < all.size(); ++i) {
    const std::string_view key = identity(all[i]);
    if (key.empty()) continue;
    const auto [found, is_new] = numbers.try_emplace(key, static_cast<uint32_t>(nodes.size()));
    if (is_new) nodes.emplace_back();
    auto& node = nodes[found->second];
    node.push_back(i);
    if (better(node.back(), node.front())) std::swap(node.front(), node.back());
  }
  const auto place = [&](const std::vector<uint32_t>& node) {
    return std::tie(all[node[0]].reference, all[node[0]].path);
  };
  std::sort(nodes.begin(), nodes.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  CopyNodes result;
  result.starts.push_back(0);
  for (auto& node : nodes) {
    std::sort(node.begin() + 1, node.end(), [&](uint32_t a, uint32_t b) { return all[a].path < all[b].path; });
    result.pictures.insert(result.pictures.end(), node.begin(), node.end());
    result.starts.push_back(static_cast<uint32_t>(result.pictures.size()));
    result.reference.push_back(all[node[0]].reference);
  }
  return result;
}

}  // namespace surefoot::clean
