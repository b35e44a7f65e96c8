#pragma once
// CSV as in RFC 4180: quotes, doubled quotes, line breaks within quotes; LF or CRLF; a byte order mark is skipped.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surefoot/base/error.h"

namespace surefoot::data {

/// Reads records from a text that outlives it. Blank lines are skipped. Not thread-safe.
class CsvReader {
 public:
  /// @param name of the file, for messages; errors are thrown with `code`
  CsvReader(std::string_view text, std::string name, ErrorCode code);
  /// The next record; false at the end. Throws `code` for unbalanced quotes.
  bool next(std::vector<std::string>& fields);
  /// Line on which the last record began, from 1.
  uint64_t line() const { return record_line_; }
  /// Throws `code`, naming file and line.
  [[noreturn]] void fail(const std::string& why, const std::string& fix) const;

 private:
  std::string quoted_field();
  std::string plain_field();

  std::string_view text_;
  std::string name_;
  ErrorCode code_;
  size_t at_ = 0;
  uint64_t line_ = 1, record_line_ = 0;
};

}  // namespace surefoot::data
