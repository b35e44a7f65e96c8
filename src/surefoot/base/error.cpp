#include "surefoot/base/error.h"

#include <cstdio>
#include <cstdlib>

#include "surefoot/base/escape.h"

namespace surefoot {
namespace {
constexpr ErrorInfo kErrors[] = {
#define SUREFOOT_ERROR(name, code, exit_code, summary) {ErrorCode::name, code, exit_code, summary},
#include "surefoot/base/error_catalog.def"
#undef SUREFOOT_ERROR
};
}  // namespace

std::span<const ErrorInfo> all_errors() { return kErrors; }

const ErrorInfo& error_info(ErrorCode code) { return kErrors[static_cast<size_t>(code)]; }

Error::Error(ErrorCode code, std::string what, std::string why, std::string fix)
    : code_(code), what_(std::move(what)), why_(std::move(why)), fix_(std::move(fix)) {
  text_ = "error[" + std::string(error_info(code).id) + "] " + escape_terminal(what_);
  if (!why_.empty()) text_ += "\n  why: " + escape_terminal(why_);
  if (!fix_.empty()) text_ += "\n  fix: " + escape_terminal(fix_);
}

void check_failed(const char* claim, const std::string& values, std::source_location where) {
  std::fprintf(
      stderr,
      "error[SF-BUG-001] check failed: %s (%s)\n  why: a bug in surefoot at %s:%u, %s\n  fix: please report it with the run's events.jsonl\n",
      claim, values.c_str(), where.file_name(), static_cast<unsigned>(where.line()), where.function_name());
  std::fflush(stderr);
  std::abort();
}

}  // namespace surefoot
