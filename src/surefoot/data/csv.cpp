#include "surefoot/data/csv.h"

#include <algorithm>
#include <utility>

namespace surefoot::data {

CsvReader::CsvReader(std::string_view text, std::string name, ErrorCode code)
    : text_(text), name_(std::move(name)), code_(code) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

void CsvReader::fail(const std::string& why, const std::string& fix) const {
  throw Error(code_, "cannot use the list " + name_,
              "line " + std::to_string(std::max<uint64_t>(record_line_, 1)) + ": " + why, fix);
}

bool CsvReader::next(std::vector<std::string>& fields) {
  fields.clear();
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) line_ += text_[at_++] == '\n' ? 1 : 0;
  if (at_ >= text_.size()) return false;
  record_line_ = line_;
  while (true) {
    fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_field() : plain_field());
    if (at_ >= text_.size()) return true;
    if (text_[at_] == ',') {
      ++at_;
      continue;
    }
    if (text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_, ++line_;
    return true;
  }
}

std::string CsvReader::quoted_field() {
  std::string field;
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        ++at_;
      } else {
        ++at_;
        const bool ends = at_ >= text_.size() || text_[at_] == ',' || text_[at_] == '\n' || text_[at_] == '\r';
        if (!ends) fail("text follows a closing quote", "write a quote within a quoted field twice");
        return field;
      }
    } else if (text_[at_] == '\n') {
      ++line_;
    }
    field += text_[at_];
  }
  fail("a quote is never closed", "close it, or write a quote within a quoted field twice");
}

std::string CsvReader::plain_field() {
  const size_t start = at_;
  while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' &&
         !(text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n'))
    ++at_;
  return std::string(text_.substr(start, at_ - start));
}

}  // namespace surefoot::data
