#pragma once
// The file system as an interface: everything that surefoot keeps is written through it, so "power cut after write k"
// and "disk full" are unit tests (the idea of LevelDB's Env). Paths are bytes.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace surefoot {

struct FileStatus {
  enum class Kind { kFile, kFolder, kOther };
  Kind kind;
  uint64_t size_bytes;
  int64_t mtime_ns;
  uint64_t device, inode;  // tell links that loop
};

struct FolderEntry {
  std::string name;
  FileStatus::Kind kind;  // links are followed
};

/// A file being written. Not thread-safe. Destroying it closes it without sync.
class WritableFile {
 public:
  virtual ~WritableFile() = default;
  /// Throws kDiskFull or kFileWrite.
  virtual void append(std::span<const std::byte> bytes) = 0;
  /// Returns when the bytes are on the disk (fsync).
  virtual void sync() = 0;
  virtual void close() = 0;
  void append(std::string_view text) { append(std::as_bytes(std::span(text.data(), text.size()))); }
};

/// All methods are thread-safe. Reading errors throw kFileRead; writing errors kFileWrite or kDiskFull.
class Files {
 public:
  virtual ~Files() = default;
  /// The whole file. @param limit_bytes longer files throw
  virtual std::string read(const std::string& path, uint64_t limit_bytes = UINT64_MAX) = 0;
  /// Creates or empties a file; with `append_to` keeps what is there.
  virtual std::unique_ptr<WritableFile> create(const std::string& path, bool append_to = false) = 0;
  /// Atomic on one file system; replaces the target.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  /// Renames a file within one file system; never over something that exists (throws kFileWrite). False: the target
  /// lies on another file system, and nothing was done.
  virtual bool move(const std::string& from, const std::string& to) = 0;
  /// Gives `to` the permissions and the time of modification that `from` has.
  virtual void copy_attributes(const std::string& from, const std::string& to) = 0;
  /// Removes a folder with nothing in it; false where it is not empty or not there.
  virtual bool remove_empty_folder(const std::string& path) = 0;
  /// A second name for the same bytes; replaces nothing.
  virtual void link(const std::string& from, const std::string& to) = 0;
  /// True if there was something to remove.
  virtual bool remove(const std::string& path) = 0;
  /// Also the parents; fine if it exists.
  virtual void make_folder(const std::string& path) = 0;
  virtual void sync_folder(const std::string& path) = 0;
  virtual void truncate(const std::string& path, uint64_t size_bytes) = 0;
  /// Empty where nothing is there.
  virtual std::optional<FileStatus> status(const std::string& path) = 0;
  /// Sorted by name (bytes). Entries that vanish meanwhile are left out.
  virtual std::vector<FolderEntry> list(const std::string& path) = 0;
  /// Bytes that this user can still write there.
  virtual uint64_t free_bytes(const std::string& path) = 0;
  bool exists(const std::string& path) { return status(path).has_value(); }
};

/// The machine's file system.
Files& real_files();

/// `folder/name`, without doubling the slash.
std::string join_path(std::string_view folder, std::string_view name);
/// The part after the last slash; the part before it ("." where there is none).
std::string base_name(std::string_view path);
std::string parent_path(std::string_view path);

}  // namespace surefoot
