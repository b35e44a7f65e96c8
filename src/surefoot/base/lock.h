#pragma once
// One writer a folder.
#include <string>

namespace surefoot {

/// Holds an advisory lock (flock) on a file until destroyed; the kernel frees it when the process dies.
class FileLock {
 public:
  /// Throws kRunLocked, with the holder's process id, where another process has it.
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int fd_ = -1;
};

}  // namespace surefoot
