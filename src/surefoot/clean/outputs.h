#pragma once
// OUT/findings.csv, findings.jsonl, summary.json, groups.csv, sampler.csv, spot_check.csv: what other programs read.
#include <string>

#include "surefoot/base/files.h"
#include "surefoot/clean/detector.h"

namespace surefoot::clean {

/// Facts of the run that no detector knows.
struct RunFacts {
  std::string command, sandbox;
  double seconds = 0;
  uint64_t measured = 0, from_store = 0;
  std::vector<std::string> checks;
  std::vector<std::string> warnings;
  std::vector<std::string> missing_shards;  // of --merge: "2/3" was not among the stores, or not finished
};

/// Each file atomically, summary.json last. findings.csv has the header `path,issue,severity,score,related,detail`;
/// findings.jsonl the same fields plus `label`, `part`, `content`, `width`, `height`; pictures.csv one row a picture:
/// `path,label,part,width,height,size_bytes,format,
/// effective_width,effective_height,group,is_<issue>_issue,<issue>_score...` as cleanlab's and FiftyOne's readers like
/// it. sampler.csv (`path,weight`) is what `surefoot train --set data.sampler_file=` takes.
void write_outputs(Files& files,
                   const std::string& out,
                   const Collection& collection,
                   const CleanResults& results,
                   const RunFacts& facts);

}  // namespace surefoot::clean
