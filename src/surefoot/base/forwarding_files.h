#pragma once
// Other files, for whoever wants one thing of them to be different: a rehearsed fault, a test.
#include "surefoot/base/files.h"

namespace surefoot {

class ForwardingFiles : public Files {
 public:
  explicit ForwardingFiles(Files& files = real_files()) : files_(files) {}
  std::string read(const std::string& path, uint64_t limit) override { return files_.read(path, limit); }
  std::unique_ptr<WritableFile> create(const std::string& path, bool append_to) override {
    return files_.create(path, append_to);
  }
  void rename(const std::string& from, const std::string& to) override { files_.rename(from, to); }
  bool move(const std::string& from, const std::string& to) override { return files_.move(from, to); }
  void copy_attributes(const std::string& from, const std::string& to) override { files_.copy_attributes(from, to); }
  bool remove_empty_folder(const std::string& path) override { return files_.remove_empty_folder(path); }
  void link(const std::string& from, const std::string& to) override { files_.link(from, to); }
  bool remove(const std::string& path) override { return files_.remove(path); }
  void make_folder(const std::string& path) override { files_.make_folder(path); }
  void sync_folder(const std::string& path) override { files_.sync_folder(path); }
  void truncate(const std::string& path, uint64_t size) override { files_.truncate(path, size); }
  std::optional<FileStatus> status(const std::string& path) override { return files_.status(path); }
  std::vector<FolderEntry> list(const std::string& path) override { return files_.list(path); }
  uint64_t free_bytes(const std::string& path) override { return files_.free_bytes(path); }

 private:
  Files& files_;
};

}  // namespace surefoot
