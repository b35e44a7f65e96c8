#include "surefoot/runs/run_folder.h"

#include "surefoot/runs/event_log.h"

namespace surefoot::runs {

RunFolder::RunFolder(Files& files, std::string path) : path_(std::move(path)) {
  files.make_folder(path_);
  files.make_folder(cache_folder());
  lock_ = std::make_unique<FileLock>(join_path(path_, ".lock"));
}

bool holds_run(Files& files, const std::string& path) { return files.exists(join_path(path, "events.jsonl")); }

bool is_finished(Files& files, const std::string& path) {
  if (!holds_run(files, path) || !files.exists(join_path(path, "summary.json"))) return false;
  std::string last;
  read_events(files, join_path(path, "events.jsonl"), [&](const Event& event) { last = event.event; });
  return last == "run_finished";
}

}  // namespace surefoot::runs
