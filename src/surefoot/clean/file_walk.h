#pragma once
// Every regular file below a folder, whatever its name: cleaning looks at what training passes over.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "surefoot/base/files.h"

namespace surefoot::clean {

struct WalkedFile {
  std::string path;  // relative to the folder walked
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;
};

struct WalkOptions {
  std::vector<std::string> left_out;  // folders that are never entered, however they are reached: OUT, references
  std::function<void(uint64_t files)> progress;  // called now and then; may throw to stop
};

/// Sorted by path bytes. Left out: dot-folders and those of operating systems and NAS boxes (data::is_dropping),
/// version control, results of earlier cleanings, links that lead back into their own folder, and what is no file
/// (pipes, devices). Folders that cannot be read are left out with a line in `warnings`. No recursion: depth costs no
/// stack. Throws kDataMissing where `root` is no folder.
std::vector<WalkedFile> walk_files(Files& files,
                                   const std::string& root,
                                   const WalkOptions& options,
                                   std::vector<std::string>& warnings);

/// Throws kDataMissing where `root` is no folder that can be asked.
void check_data_folder(Files& files, const std::string& root);

}  // namespace surefoot::clean
