#pragma once
// What a scan saw, folder by folder, so that a killed scan goes on and an unchanged folder is not listed again.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "surefoot/base/files.h"

namespace surefoot::data {

/// One folder's own entries (not those of its subfolders).
struct FolderContent {
  struct Picture {
    std::string name;
    uint64_t size_bytes;
  };
  std::vector<Picture> pictures;
  std::vector<std::string> folders;
  uint64_t skipped = 0;
  bool sizes_known = false;  // false: the names are right, but a file may have been rewritten in place since
};

/// Two files of the cache folder: `scan_cache.bin` of the last finished scan and `scan_cache.part` of one that goes on
/// or was killed. What is trusted, and why that is right:
/// - Names: while (mtime, size, inode) of the folder are the same. A folder that changed within two seconds before it
/// was listed is never
///   reused, because a change right after the listing could leave the same time stamp.
/// - Sizes: a file that is rewritten in place does not touch its folder, so they are asked for again, except those that
/// a killed scan
///   asked for less than an hour ago: going on with it counts as the same scan.
/// A cache that cannot be read or written only costs time. Not thread-safe.
class ScanCache {
 public:
  /// @param root of the data; a cache of another root is dropped; @param now seconds since the Unix epoch
  ScanCache(Files& files, const std::string& cache_folder, const std::string& root, double now);
  std::optional<FolderContent> find(const std::string& folder, const FileStatus& status) const;
  void store(const std::string& folder, const FileStatus& status, const FolderContent& content);
  /// The scan is complete: `part` becomes the cache.
  void finish();

 private:
  struct Place {
    const std::string* source;
    size_t offset, length;  // of the payload
  };
  static std::string start_of_file(const std::string& root);
  size_t load(const std::string& path, const std::string& start, std::string& bytes);

  Files& files_;
  std::string cache_file_, part_file_;
  double now_;
  std::string finished_, part_;
  std::unordered_map<uint64_t, Place> places_;  // by hash of the folder
  std::unique_ptr<WritableFile> out_;           // null where the cache cannot be written
};

}  // namespace surefoot::data
