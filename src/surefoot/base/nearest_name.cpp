#include "surefoot/base/nearest_name.h"

#include <algorithm>

namespace surefoot {
namespace {
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}
}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  std::string best;
  size_t best_distance = std::max<size_t>(2, name.size() / 2) + 1;
  const std::string_view leaf = name.substr(name.rfind('.') + 1);
  for (const std::string& candidate : candidates) {
    size_t distance = edit_distance(name, candidate);
    // "lr" for "optim.lr": the right leaf in the wrong section is nearer than any typing error.
    if (candidate.size() > leaf.size() && candidate.ends_with(leaf) &&
        candidate[candidate.size() - leaf.size() - 1] == '.')
      distance = std::min<size_t>(distance, 1);
    // "vit_tiny" for "vit_tiny_patch16_224".
    if (name.size() >= 3 && candidate.starts_with(name)) distance = std::min<size_t>(distance, 2);
    if (distance < best_distance) best_distance = distance, best = candidate;
  }
  return best;
}

}  // namespace surefoot
