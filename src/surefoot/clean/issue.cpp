#include "surefoot/clean/issue.h"

namespace surefoot::clean {
namespace {
constexpr IssueInfo kIssues[] = {
#define SUREFOOT_ISSUE(id, check, title, summary) {id, check, title, summary},
#include "surefoot/clean/issues.def"
#undef SUREFOOT_ISSUE
};
}  // namespace

std::span<const IssueInfo> all_issues() { return kIssues; }

const IssueInfo* find_issue(std::string_view id) {
  for (const IssueInfo& issue : kIssues) {
    if (issue.id == id) return &issue;
  }
  return nullptr;
}

}  // namespace surefoot::clean
