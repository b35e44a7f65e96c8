#include "surefoot/train/micro_batches.h"

#include <algorithm>

namespace surefoot::train {

namespace {

/// `number` parts whose sizes differ by at most one.
std::vector<int64_t> even_parts(int64_t count, int64_t number) {
  std::vector<int64_t> sizes(static_cast<size_t>(number), count / number);
  for (int64_t i = 0; i < count % number; ++i) ++sizes[static_cast<size_t>(i)];
  return sizes;
}

}  // namespace

std::vector<int64_t> batch_norm_groups(int64_t count, int64_t group) {
  if (count <= 0) return {};
  const int64_t wanted = group <= 0 ? 1 : (count + group - 1) / group;
  return even_parts(count, std::max<int64_t>(1, std::min(wanted, count / 2)));
}

std::vector<MicroBatch> cut_batch(int64_t count, int64_t group, int64_t micro_batch, bool groups_matter) {
  std::vector<MicroBatch> cut;
  const bool below_a_group = !groups_matter && micro_batch > 0 && micro_batch < (group > 0 ? group : count);
  int64_t first = 0;
  for (const int64_t size :
       below_a_group ? even_parts(count, (count + micro_batch - 1) / micro_batch) : batch_norm_groups(count, group)) {
    if (cut.empty() || cut.back().count + size > micro_batch) cut.push_back({.first = first, .count = 0, .groups = {}});
    cut.back().count += size;
    cut.back().groups.push_back(size);
    first += size;
  }
  return cut;
}

}  // namespace surefoot::train
