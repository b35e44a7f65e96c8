#include "surefoot/cli/chaos_plan.h"

#include "surefoot/base/error.h"
#include "surefoot/base/files.h"

namespace surefoot::cli {

std::vector<chaos::Fault> chaos_plan(const Arguments& arguments) {
  if (!arguments.has("chaos")) return {};
  constexpr uint64_t kLongest = 2 << 20;  // bytes; above what the reader takes, so that it says so
  const std::string file = arguments.text("chaos");
  std::vector<chaos::Fault> plan = chaos::parse_plan(real_files().read(file, kLongest), file);
  if (plan.empty()) {
    throw Error(
        ErrorCode::kRecipeBadValue, "the plan " + file + " holds no fault",
        "a rehearsal without a fault proves nothing",
        "- {at_step: 12, fault: out_of_memory}; a pipe can be read only once, training reads the plan at each start");
  }
  return plan;
}

}  // namespace surefoot::cli
