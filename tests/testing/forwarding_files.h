#pragma once
// The machine's files, for tests that want one thing of them to be different.
#include "surefoot/base/files.h"

namespace surefoot::testing {

class ForwardingFiles : public Files {
 public:
  std::string read(const std::string& path, uint64_t limit) override { return real_files().read(path, limit); }
  std::unique_ptr<WritableFile> create(const std::string& path, bool append_to) override { return real_files().create(path, append_to); }
  void rename(const std::string& from, const std::string& to) override { real_files().rename(from, to); }
  bool move(const std::string& from, const std::string& to) override { return real_files().move(from, to); }
  void copy_attributes(const std::string& from, const std::string& to) override { real_files().copy_attributes(from, to); }
  bool remove_empty_folder(const std::string& path) override { return real_files().remove_empty_folder(path); }
  void link(const std::string& from, const std::string& to) override { real_files().link(from, to); }
  bool remove(const std::string& path) override { return real_files().remove(path); }
  void make_folder(const std::string& path) override { real_files().make_folder(path); }
  void sync_folder(const std::string& path) override { real_files().sync_folder(path); }
  void truncate(const std::string& path, uint64_t size) override { real_files().truncate(path, size); }
  std::optional<FileStatus> status(const std::string& path) override { return real_files().status(path); }
  std::vector<FolderEntry> list(const std::string& path) override { return real_files().list(path); }
  uint64_t free_bytes(const std::string& path) override { return real_files().free_bytes(path); }
};

}  // namespace surefoot::testing
