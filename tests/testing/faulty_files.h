#pragma once
// A file system in memory that fails on demand: power cuts, full disks, unreadable files (the idea of LevelDB's
// FaultInjectionTestEnv).
#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/base/files.h"

namespace surefoot::testing {

/// What a power cut does to renames, new files and removals that no sync_folder followed: real disks do either.
enum class UnsyncedNames { kLost, kKept };

/// Paths are absolute, folders exist once made (also as parents of `put`). Bytes that were not synced are lost at a
/// power cut. Write operations are create, append, sync, rename, move, link, remove, make_folder, remove_empty_folder,
/// copy_attributes, sync_folder and truncate. Thread-safe.
class FaultyFiles final : public Files {
 public:
  /// The write operation with this number from now on (0: the next) and all after it throw, until restart().
  void cut_power_after(uint64_t operations) {
    const std::lock_guard lock(mutex_);
    power_cut_at_ = operations_ + operations;
  }
  /// The machine starts again: what was not synced is gone, nothing fails any more.
  void restart(UnsyncedNames names = UnsyncedNames::kLost) {
    const std::lock_guard lock(mutex_);
    power_cut_at_ = kNever;
    room_ = kNever;
    if (names == UnsyncedNames::kLost) names_ = durable_names_;
    durable_names_ = names_;
    for (auto& [path, inode] : names_) inode->bytes = inode->durable;
    ++restarts_;
  }
  /// The disk takes this many bytes more, then appends throw kDiskFull.
  void fail_after_bytes(uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    room_ = bytes;
  }
  /// The next `times` reads of this path throw kFileRead.
  void fail_reads(const std::string& path, int times = std::numeric_limits<int>::max()) {
    const std::lock_guard lock(mutex_);
    read_faults_[path] = times;
  }
  /// A file that is already on the disk.
  void put(const std::string& path, std::string bytes) {
    const std::lock_guard lock(mutex_);
    add_folder(parent_path(path));
    auto inode = std::make_shared<Inode>(Inode{FileStatus::Kind::kFile, bytes, bytes, ++last_inode_, tick()});
    names_[path] = durable_names_[path] = std::move(inode);
    touch(parent_path(path));
  }
  /// Everything below this folder lies on a file system of its own.
  void mount(const std::string& path) {
    const std::lock_guard lock(mutex_);
    other_device_ = join_path(path, "");
  }
  /// The folder and everything in it is gone (somebody deleted it, or a mount went away).
  void drop_folder(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto inside = [&](const auto& item) { return item.first == path || item.first.starts_with(path + '/'); };
    std::erase_if(names_, inside);
    std::erase_if(durable_names_, inside);
  }
  uint64_t operations() const { return count(operations_); }
  uint64_t reads() const { return count(reads_); }
  uint64_t lists() const { return count(lists_); }
  uint64_t statuses() const { return count(statuses_); }

  std::string read(const std::string& path, uint64_t limit_bytes = UINT64_MAX) override {
    const std::lock_guard lock(mutex_);
    ++reads_;
    if (const auto fault = read_faults_.find(path); fault != read_faults_.end() && fault->second > 0) {
      --fault->second;
      throw_read(path, "Input/output error");
    }
    const Inode& inode = existing(path);
    if (inode.kind != FileStatus::Kind::kFile) throw_read(path, "Is a directory");
    if (inode.bytes.size() > limit_bytes) throw_read(path, "File too large");
    return inode.bytes;
  }

  std::unique_ptr<WritableFile> create(const std::string& path, bool append_to = false) override {
    const std::lock_guard lock(mutex_);
    operate(path);
    const auto folder = names_.find(parent_path(path));
    if (folder == names_.end() || folder->second->kind != FileStatus::Kind::kFolder)
      throw_write(path, "No such file or directory");
    auto& inode = names_[path];
    if (inode == nullptr) {
      inode = std::make_shared<Inode>(Inode{FileStatus::Kind::kFile, {}, {}, ++last_inode_, tick()});
      touch(parent_path(path));
    }
    if (!append_to) inode->bytes.clear();
    return std::make_unique<OpenFile>(*this, path, inode);
  }

  void rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    operate(to);
    const auto found = names_.find(from);
    if (found == names_.end()) throw_write(to, "No such file or directory");
    std::vector<std::pair<std::string, InodePtr>> moved{{to, found->second}};
    for (const auto& [path, inode] : names_) {
      if (path.starts_with(from + '/')) moved.emplace_back(to + path.substr(from.size()), inode);
    }
    std::erase_if(names_, [&](const auto& item) { return item.first == from || item.first.starts_with(from + '/'); });
    for (auto& [path, inode] : moved) names_[path] = std::move(inode);
    touch(parent_path(from));
    touch(parent_path(to));
  }

  bool move(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    operate(to);
    const auto found = names_.find(from);
    if (found == names_.end()) throw_write(to, "No such file or directory");
    if (names_.contains(to)) throw_write(to, "File exists");
    if (!names_.contains(parent_path(to))) throw_write(to, "No such file or directory");
    if (other_device_ && from.starts_with(*other_device_) != to.starts_with(*other_device_)) return false;
    InodePtr inode = found->second;
    names_.erase(found);
    names_[to] = std::move(inode);
    touch(parent_path(from));
    touch(parent_path(to));
    return true;
  }

  void copy_attributes(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    operate(to);
    const int64_t mtime_ns = existing(from).mtime_ns;
    if (!names_.contains(to)) throw_write(to, "No such file or directory");
    names_[to]->mtime_ns = mtime_ns;
  }

  bool remove_empty_folder(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    operate(path);
    const auto found = names_.find(path);
    if (found == names_.end() || found->second->kind != FileStatus::Kind::kFolder) return false;
    const auto below = names_.lower_bound(path + '/');
    if (below != names_.end() && below->first.starts_with(path + '/')) return false;
    durable_names_.erase(path);
    names_.erase(path);
    return true;
  }

  void link(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    operate(to);
    if (!names_.contains(from)) throw_write(to, "No such file or directory");
    if (names_.contains(to)) throw_write(to, "File exists");
    names_[to] = names_[from];
    touch(parent_path(to));
  }

  bool remove(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    operate(path);
    touch(parent_path(path));
    return names_.erase(path) > 0;
  }

  void make_folder(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    if (names_.contains(path)) return;
    operate(path);
    add_folder(path);
  }

  void sync_folder(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    operate(path);
    const auto inside = [&](const std::string& name) { return parent_path(name) == path; };
    std::erase_if(durable_names_, [&](const auto& item) { return inside(item.first) && !names_.contains(item.first); });
    for (const auto& [name, inode] : names_) {
      if (inside(name)) durable_names_[name] = inode;
    }
  }

  void truncate(const std::string& path, uint64_t size_bytes) override {
    const std::lock_guard lock(mutex_);
    operate(path);
    if (!names_.contains(path)) throw_write(path, "No such file or directory");
    names_[path]->bytes.resize(size_bytes);
  }

  std::optional<FileStatus> status(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    ++statuses_;
    const auto found = names_.find(path);
    if (found == names_.end()) return std::nullopt;
    const Inode& inode = *found->second;
    return FileStatus{inode.kind, inode.bytes.size(), inode.mtime_ns, kDevice, inode.number};
  }

  std::vector<FolderEntry> list(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    ++lists_;
    if (existing(path).kind != FileStatus::Kind::kFolder) throw_read(path, "Not a directory");
    const std::string prefix = join_path(path, "");
    std::vector<FolderEntry> entries;
    for (auto at = names_.lower_bound(prefix); at != names_.end() && at->first.starts_with(prefix); ++at) {
      const std::string_view name = std::string_view(at->first).substr(prefix.size());
      if (!name.empty() && name.find('/') == std::string_view::npos)
        entries.push_back({std::string(name), at->second->kind});
    }
    return entries;
  }

  uint64_t free_bytes(const std::string&) override {
    const std::lock_guard lock(mutex_);
    return room_;
  }

 private:
  static constexpr uint64_t kNever = UINT64_MAX, kDevice = 77;
  struct Inode {
    FileStatus::Kind kind;
    std::string bytes, durable;
    uint64_t number;
    int64_t mtime_ns;
  };
  using InodePtr = std::shared_ptr<Inode>;

  class OpenFile final : public WritableFile {
   public:
    OpenFile(FaultyFiles& files, std::string path, InodePtr inode)
        : files_(files), path_(std::move(path)), inode_(std::move(inode)), restarts_(files.restarts_) {}
    void append(std::span<const std::byte> bytes) override {
      const std::lock_guard lock(files_.mutex_);
      check();
      const uint64_t taken = std::min<uint64_t>(bytes.size(), files_.room_);
      if (files_.room_ != kNever) files_.room_ -= taken;
      inode_->bytes.append(reinterpret_cast<const char*>(bytes.data()), taken);
      inode_->mtime_ns = files_.tick();
      if (taken < bytes.size()) {
        throw Error(ErrorCode::kDiskFull, "cannot write " + path_, "No space left on device", "free some space there");
      }
    }
    void sync() override {
      const std::lock_guard lock(files_.mutex_);
      check();
      inode_->durable = inode_->bytes;
    }
    void close() override {}

   private:
    void check() {
      files_.operate(path_);
      if (restarts_ != files_.restarts_)
        files_.throw_write(path_, "the machine was restarted since this file was opened");
    }
    FaultyFiles& files_;
    std::string path_;
    InodePtr inode_;
    uint64_t restarts_;
  };

  [[noreturn]] static void throw_read(const std::string& path, const std::string& why) {
    throw Error(ErrorCode::kFileRead, "cannot read " + path, why, "check the disk");
  }
  [[noreturn]] static void throw_write(const std::string& path, const std::string& why) {
    throw Error(ErrorCode::kFileWrite, "cannot write " + path, why, "check the disk");
  }
  uint64_t count(const uint64_t& counter) const {
    const std::lock_guard lock(mutex_);
    return counter;
  }
  void operate(const std::string& path) {
    if (operations_++ >= power_cut_at_) throw_write(path, "the power is cut");
  }
  const Inode& existing(const std::string& path) const {
    const auto found = names_.find(path);
    if (found == names_.end()) throw_read(path, "No such file or directory");
    return *found->second;
  }
  /// Folders count as durable at once: losing a folder loses what is in it, which the names in it show already.
  void add_folder(const std::string& path) {
    for (std::string at = path; !names_.contains(at); at = parent_path(at)) {
      names_[at] = durable_names_[at] =
          std::make_shared<Inode>(Inode{FileStatus::Kind::kFolder, {}, {}, ++last_inode_, tick()});
      touch(parent_path(at));
      if (at == "/" || at == ".") break;
    }
  }
  void touch(const std::string& folder) {
    if (const auto found = names_.find(folder); found != names_.end()) found->second->mtime_ns = tick();
  }
  /// One second a change, long before any test runs.
  int64_t tick() { return (1'000'000'000 + ++ticks_) * 1'000'000'000; }

  mutable std::mutex mutex_;
  std::map<std::string, InodePtr> names_, durable_names_;
  std::map<std::string, int> read_faults_;
  std::optional<std::string> other_device_;
  uint64_t operations_ = 0, power_cut_at_ = kNever, room_ = kNever, restarts_ = 0, last_inode_ = 0;
  uint64_t reads_ = 0, lists_ = 0, statuses_ = 0;
  int64_t ticks_ = 0;
};

}  // namespace surefoot::testing
