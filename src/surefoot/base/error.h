#pragma once
// The one exception type of surefoot, and the check for bugs.
// An outcome that is normal for one item among many (a broken picture) is a value, not an Error.
#include <exception>
#include <source_location>
#include <span>
#include <string>
#include <string_view>

namespace surefoot {

enum class ErrorCode {
#define SUREFOOT_ERROR(name, code, exit_code, summary) name,
#include "surefoot/base/error_catalog.def"
#undef SUREFOOT_ERROR
};

struct ErrorInfo {
  ErrorCode code;
  std::string_view id;  // stable, e.g. "SF-DATA-002"
  int exit_code;
  std::string_view summary;
};

/// Every error code with its stable id, exit code and summary, in catalogue order.
std::span<const ErrorInfo> all_errors();
const ErrorInfo& error_info(ErrorCode code);

/// An operation failed: what failed (with the path), why (with the numbers), how to fix it.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string what, std::string why, std::string fix);
  ErrorCode code() const { return code_; }
  const std::string& what_failed() const { return what_; }
  const std::string& why() const { return why_; }
  const std::string& fix() const { return fix_; }
  /// The whole message on three lines, control characters of hostile names escaped.
  const char* what() const noexcept override { return text_.c_str(); }
  int exit_code() const { return error_info(code_).exit_code; }

 private:
  ErrorCode code_;
  std::string what_, why_, fix_, text_;
};

/// Prints the failed claim with its values and aborts: for bugs, never for user input.
[[noreturn]] void check_failed(const char* claim,
                               const std::string& values,
                               std::source_location where = std::source_location::current());

#define SUREFOOT_CHECK(claim, values)                       \
  do {                                                      \
    if (!(claim)) ::surefoot::check_failed(#claim, values); \
  } while (false)

}  // namespace surefoot
