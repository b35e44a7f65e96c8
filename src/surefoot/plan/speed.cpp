#include "surefoot/plan/speed.h"

#include "surefoot/plan/dry_run.h"

namespace surefoot::plan {

Work work_of(const DryRun& run, const DryRun& plain, int64_t batch, int64_t micro_batch, bool half) {
  double kept = 0, again = 0;
  for (size_t b = 0; b < run.blocks.size() && b < plain.blocks.size(); ++b) {
    kept += static_cast<double>(plain.blocks[b].kept_bytes);
    again += static_cast<double>(std::max<int64_t>(0, plain.blocks[b].kept_bytes - run.blocks[b].kept_bytes));
  }
  // Half of an activation's traffic is the forward's; what is not kept takes that half once more.
  return {.flop = run.step_flops / static_cast<double>(batch),
          .traffic_bytes = (kept + again / 2) / static_cast<double>(micro_batch),
          .half = half};
}

}  // namespace surefoot::plan
