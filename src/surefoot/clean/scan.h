#pragma once
// Walks the data folder, measures what is new, and makes the collection.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/clean/collection.h"
#include "surefoot/clean/measurer.h"
#include "surefoot/clean/store.h"

namespace surefoot::clean {

struct ScanOptions {
  std::string root;
  std::string out;                      // never scanned, even where it lies below the root
  std::vector<std::string> references;  // folders
  int shard = 0, shards = 1;            // this machine measures the files whose path hash falls into its share
  std::function<bool()> interrupted;    // asked now and then: throws kInterrupted after flushing the store
};

struct ScanProgress {
  uint64_t files = 0, done = 0, measured = 0, from_store = 0, bytes = 0;
  double seconds = 0;
};

struct ScanReport {
  uint64_t files = 0, measured = 0, from_store = 0, unreadable = 0, other_files = 0;
  std::string sandbox;
  std::vector<std::string> warnings;
};

/// Every regular file below the root, whatever its name; links that loop are left out. Labels and parts from the
/// folders, as `train` reads them (data/scan_parts.h): `DIR/<class>/**`, or `DIR/{train,val,test}/<class>/**`; files
/// outside of class folders get label -1. A flat folder of pictures has no class. A read is retried before it counts as
/// unreadable (kept as a `corrupt` finding). Resumable: what was flushed is not measured again. The collection's `view`
/// reads from `store`, which must outlive it.
Collection scan(Files& files,
                const ScanOptions& options,
                Store& store,
                Measurer& measurer,
                const std::function<void(const ScanProgress&)>& progress,
                ScanReport& report);

}  // namespace surefoot::clean
