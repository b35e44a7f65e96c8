#include "surefoot/cli/measure_folder.h"

#include "surefoot/cli/decode_pool.h"
#include "surefoot/cli/engine_interrupt.h"

namespace surefoot::cli {

clean::Collection measure_folder(const CleanRequest& request,
                                 clean::Store& store,
                                 CleanProgress& progress,
                                 clean::ScanReport& report) {
  const clean::ScanOptions options{.root = request.root,
                                   .out = request.out,
                                   .references = request.references,
                                   .shard = request.shard,
                                   .shards = request.shards,
                                   .interrupted = interrupted};
  DecodePoolOptions pool;
  pool.workers = request.options.threads;
  const auto measurer = make_decode_pool(pool);
  clean::Collection collection = clean::scan(
      real_files(), options, store, *measurer, [&](const clean::ScanProgress& now) { progress.scan(now); }, report);
  for (const std::string& warning : report.warnings) progress.warn(warning);
  return collection;
}

}  // namespace surefoot::cli
