#pragma once
// Where a run keeps its things. One writer a run.
#include <memory>
#include <string>

#include "surefoot/base/files.h"
#include "surefoot/base/lock.h"

namespace surefoot::runs {

class RunFolder {
 public:
  /// Makes the folder and takes its lock. Throws kRunLocked, kFileWrite.
  RunFolder(Files& files, std::string path);
  const std::string& path() const { return path_; }
  std::string recipe_file() const { return join_path(path_, "recipe.yaml"); }
  std::string events_file() const { return join_path(path_, "events.jsonl"); }
  std::string summary_file() const { return join_path(path_, "summary.json"); }
  std::string report_file() const { return join_path(path_, "report.html"); }
  std::string checkpoints_folder() const { return join_path(path_, "checkpoints"); }
  std::string tensorboard_folder() const { return join_path(path_, "tb"); }
  std::string cache_folder() const { return join_path(path_, "cache"); }

 private:
  std::string path_;
  std::unique_ptr<FileLock> lock_;
};

/// Whether a run was ever started in this folder. Takes no lock.
bool holds_run(Files& files, const std::string& path);
/// Whether the run came to its end: a summary is there and the last event is run_finished. Takes no lock.
bool is_finished(Files& files, const std::string& path);

}  // namespace surefoot::runs
