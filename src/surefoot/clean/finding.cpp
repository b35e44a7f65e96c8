#include "surefoot/clean/finding.h"

namespace surefoot::clean {

const char* severity_name(Severity severity) {
  switch (severity) {
    case Severity::kLow:
      return "low";
    case Severity::kMedium:
      return "medium";
    case Severity::kHigh:
      return "high";
  }
  return "";
}

}  // namespace surefoot::clean
