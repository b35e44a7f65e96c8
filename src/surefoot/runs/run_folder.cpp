#include "surefoot/runs/run_folder.h"

namespace surefoot::runs {

RunFolder::RunFolder(Files& files, std::string path) : path_(std::move(path)) {
  files.make_folder(path_);
  files.make_folder(cache_folder());
  lock_ = std::make_unique<FileLock>(join_path(path_, ".lock"));
}

}  // namespace surefoot::runs
