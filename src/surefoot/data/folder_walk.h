#pragma once
// All pictures below a folder.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/data/manifest.h"
#include "surefoot/data/scan_cache.h"

namespace surefoot::data {

/// Dot-files, editor droppings and the folders that operating systems and NAS boxes leave behind.
bool is_dropping(std::string_view name);
/// True where the extension is one of a picture.
bool is_picture_name(std::string_view name);
/// `root/relative`, or `root` itself.
inline std::string path_below(const std::string& root, std::string_view relative) {
  return relative.empty() ? root : join_path(root, relative);
}

/// Walks folders without recursion, so that depth costs no stack. Not thread-safe.
class FolderWalk {
 public:
  using OnPicture = std::function<void(std::string_view path, uint64_t size_bytes)>;
  FolderWalk(Files& files, std::string root, const ScanOptions& options, ScanCache& cache, ScanReport& report);
  /// Calls back for every picture below `folder` (relative to the root, as are the paths); returns their number.
  /// Folders that cannot be read and links that lead back into their own folder are left out and warned of.
  uint64_t walk(const std::string& folder, const OnPicture& on_picture);
  /// Counts one picture for `options.progress`.
  void count_picture();

 private:
  static constexpr int64_t kNoParent = -1;
  struct Node {
    std::string folder;
    int64_t parent;
    uint64_t device, inode;
  };
  bool is_loop(const std::vector<Node>& nodes, int64_t parent, const FileStatus& status) const;
  std::optional<FolderContent> content_of(const std::string& folder, const FileStatus& status);
  FolderContent list(const std::string& folder);
  void refresh_sizes(const std::string& folder, FolderContent& content);
  std::string full(std::string_view path) const { return path_below(root_, path); }

  Files& files_;
  std::string root_;
  const ScanOptions& options_;
  ScanCache& cache_;
  ScanReport& report_;
  std::optional<FileStatus> own_folder_;  // the cache folder: never data, even where it lies in the data folder
};

}  // namespace surefoot::data
