#include "surefoot/cli/chaos_plan.h"

#include "surefoot/base/files.h"

namespace surefoot::cli {

std::vector<chaos::Fault> chaos_plan(const Arguments& arguments) {
  if (!arguments.has("chaos")) return {};
  constexpr uint64_t kLongest = 2 << 20;  // bytes; above what the reader takes, so that it says so
  return chaos::parse_plan(real_files().read(arguments.text("chaos"), kLongest), arguments.text("chaos"));
}

}  // namespace surefoot::cli
