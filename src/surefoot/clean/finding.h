#pragma once
// What a detector says of a file.
#include <string>

namespace surefoot::clean {

/// high: rubbish as far as a program can tell, `--apply` takes it; medium: a person should look; low: for information.
enum class Severity { kLow, kMedium, kHigh };
const char* severity_name(Severity severity);  // "low", "medium", "high"

struct Finding {
  std::string path;   // relative to the data folder; of a finding about a class: the class folder
  std::string issue;  // "near-duplicate"; issues.def lists all
  Severity severity = Severity::kMedium;
  double score = 0;     // 0..1; higher is surer
  std::string related;  // path of the kept copy, suggested label, ...; may be empty
  std::string detail;   // one sentence with the numbers
  bool operator==(const Finding&) const = default;
};

}  // namespace surefoot::clean
