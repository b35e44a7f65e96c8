#include "surefoot/clean/outputs.h"

#include "surefoot/base/atomic_file.h"
#include "surefoot/clean/output_rows.h"
#include "surefoot/clean/summary.h"

namespace surefoot::clean {
namespace {

/// What an earlier run left and this one has nothing of must not be taken for this one's.
void drop(Files& files, const std::string& file) { files.remove(file); }

}  // namespace

void write_outputs(Files& files,
                   const std::string& out,
                   const Collection& collection,
                   const CleanResults& results,
                   const RunFacts& facts) {
  const auto in_out = [&](const char* name) { return join_path(out, name); };
  drop(files, in_out("summary.json"));  // it says that the others are complete
  write_findings_csv(files, in_out("findings.csv"), results);
  write_findings_jsonl(files, in_out("findings.jsonl"), collection, results);
  write_pictures_csv(files, in_out("pictures.csv"), collection, results);
  write_groups_csv(files, in_out("groups.csv"), collection, results);
  results.sampler_weights.empty() ? drop(files, in_out("sampler.csv"))
                                  : write_sampler_csv(files, in_out("sampler.csv"), collection, results);
  results.spot_checks.empty() ? drop(files, in_out("spot_check.csv"))
                              : write_spot_check_csv(files, in_out("spot_check.csv"), collection, results);
  write_atomically(files, in_out("summary.json"), to_json(summarise(collection, results), collection, results, facts));
}

}  // namespace surefoot::clean
