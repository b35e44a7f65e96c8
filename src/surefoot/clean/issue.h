#pragma once
// The issues that there are (issues.def).
#include <span>
#include <string_view>

namespace surefoot::clean {

struct IssueInfo {
  std::string_view id;     // "near-duplicate"
  std::string_view check;  // the detector that finds it
  std::string_view title;  // "Near duplicate"
  std::string_view summary;
};

/// In the order in which they are shown.
std::span<const IssueInfo> all_issues();
/// Null where there is none of this name.
const IssueInfo* find_issue(std::string_view id);

}  // namespace surefoot::clean
