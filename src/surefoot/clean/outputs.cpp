#include "surefoot/clean/outputs.h"

#include <charconv>

#include "surefoot/base/atomic_file.h"
#include "surefoot/base/escape.h"
#include "surefoot/clean/output_rows.h"
#include "surefoot/clean/summary.h"
#include "surefoot/data/csv.h"

namespace surefoot::clean {
namespace {

/// What an earlier run left and this one has nothing of must not be taken for this one's.
void drop(Files& files, const std::string& file) { files.remove(file); }

Severity severity_named(const std::string& name, const data::CsvReader& csv) {
  for (const Severity severity : {Severity::kLow, Severity::kMedium, Severity::kHigh}) {
    if (name == severity_name(severity)) return severity;
  }
  csv.fail("`" + name + "` is no severity", "one of low, medium, high");
}

}  // namespace

void write_outputs(Files& files, const std::string& out, const Collection& collection, const CleanResults& results, const RunFacts& facts) {
  const auto in_out = [&](const char* name) { return join_path(out, name); };
  drop(files, in_out("summary.json"));  // it says that the others are complete
  write_findings_csv(files, in_out("findings.csv"), results);
  write_findings_jsonl(files, in_out("findings.jsonl"), collection, results);
  write_pictures_csv(files, in_out("pictures.csv"), collection, results);
  write_groups_csv(files, in_out("groups.csv"), collection, results);
  results.sampler_weights.empty() ? drop(files, in_out("sampler.csv")) : write_sampler_csv(files, in_out("sampler.csv"), collection, results);
  results.spot_checks.empty() ? drop(files, in_out("spot_check.csv")) : write_spot_check_csv(files, in_out("spot_check.csv"), collection, results);
  write_atomically(files, in_out("summary.json"), to_json(summarise(collection, results), collection, results, facts));
}

std::vector<Finding> read_findings(Files& files, const std::string& file) {
  const std::string text = files.read(file);
  data::CsvReader csv(text, file, ErrorCode::kDataList);
  std::vector<std::string> fields;
  if (!csv.next(fields) || fields != std::vector<std::string>{"path", "issue", "severity", "score", "related", "detail"}) {
    csv.fail("the header is not `path,issue,severity,score,related,detail`", "give the findings.csv of a cleaning run");
  }
  std::vector<Finding> findings;
  while (csv.next(fields)) {
    if (fields.size() != 6) csv.fail("it has " + std::to_string(fields.size()) + " fields, not 6", "quote fields that hold a comma");
    Finding finding{.path = unescape_csv_field(fields[0]), .issue = fields[1], .severity = severity_named(fields[2], csv)};
    const char* end = fields[3].data() + fields[3].size();
    const auto [rest, error] = std::from_chars(fields[3].data(), end, finding.score);
    if (error != std::errc() || rest != end) csv.fail("`" + fields[3] + "` is no score", "a number from 0 to 1");
    finding.related = unescape_csv_field(fields[4]);
    finding.detail = unescape_csv_field(fields[5]);
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace surefoot::clean
