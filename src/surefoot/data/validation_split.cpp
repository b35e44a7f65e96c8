#include "surefoot/data/validation_split.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "surefoot/base/hash.h"
#include "surefoot/base/philox.h"

namespace surefoot::data {

void split_off_validation(PictureTable& table, double fraction, uint64_t seed) {
  struct Ranked {
    uint32_t label, row;
    uint64_t rank;
  };
  std::vector<Ranked> ranked;
  ranked.reserve(table.rows.size());
  for (uint32_t i = 0; i < table.rows.size(); ++i) {
    const PictureTable::Row& row = table.rows[i];
    ranked.push_back({row.label, i, Philox(seed, Purpose::kSplit, 0, hash64(row.path())).next_u64()});
  }
  std::sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
    return std::tie(a.label, a.rank, a.row) < std::tie(b.label, b.rank, b.row);
  });
  for (size_t first = 0, last = 0; first < ranked.size(); first = last) {
    while (last < ranked.size() && ranked[last].label == ranked[first].label) ++last;
    const size_t size = last - first;
    if (size < 2) continue;
    const auto share = static_cast<size_t>(std::llround(fraction * static_cast<double>(size)));
    const size_t count = std::clamp<size_t>(share, 1, size - 1);
    for (size_t i = first; i < first + count; ++i) table.rows[ranked[i].row].validation = 1;
  }
}

}  // namespace surefoot::data
