#include "surefoot/base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "surefoot/base/error.h"

namespace surefoot {
namespace {

[[noreturn]] void throw_read(const std::string& path, int error) {
  const char* fix = error == EACCES   ? "give this user permission to read it"
                    : error == ENOENT ? "check the path"
                    : error == ESTALE ? "mount the network file system again"
                                      : "check the disk or the mount";
  throw Error(ErrorCode::kFileRead, "cannot read " + path, std::strerror(error), fix);
}

[[noreturn]] void throw_write(const std::string& path, int error) {
  if (error == ENOSPC || error == EDQUOT) {
    throw Error(ErrorCode::kDiskFull, "cannot write " + path, std::strerror(error),
                "free some space there, then run the same command again");
  }
  const char* fix = error == EROFS    ? "choose a target on a file system that is mounted for writing"
                    : error == EACCES ? "give this user permission to write there, or choose another target with --out"
                    : error == ENOENT ? "the folder is gone: create it again, or choose another target with --out"
                                      : "check the disk or the mount";
  throw Error(ErrorCode::kFileWrite, "cannot write " + path, std::strerror(error), fix);
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  void append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw_write(path_, errno);
      bytes = bytes.subspan(static_cast<size_t>(n));
    }
  }
  void sync() override {
    if (::fsync(fd_.get()) != 0) throw_write(path_, errno);
  }
  void close() override {
    const int fd = fd_.release();
    if (fd >= 0 && ::close(fd) != 0) throw_write(path_, errno);
  }

 private:
  std::string path_;
  FileDescriptor fd_;
};

FileStatus::Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileStatus::Kind::kFile;
  if (S_ISDIR(mode)) return FileStatus::Kind::kFolder;
  return FileStatus::Kind::kOther;
}

class PosixFiles final : public Files {
 public:
  std::string read(const std::string& path, uint64_t limit_bytes) override {
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) throw_read(path, errno);
    struct stat st {};
    if (::fstat(fd.get(), &st) != 0) throw_read(path, errno);
    if (S_ISDIR(st.st_mode)) throw_read(path, EISDIR);
    const auto size = static_cast<uint64_t>(std::max<off_t>(st.st_size, 0));
    if (size > limit_bytes) throw_read(path, EFBIG);
    std::string bytes(S_ISREG(st.st_mode) ? size : 0, '\0');
    size_t used = 0;
    while (true) {
      // One byte of room beyond the stated size: the read that returns 0 proves the end; pipes and growing files go on.
      if (used == bytes.size()) {
        char extra[4096];
        const ssize_t n = ::read(fd.get(), extra, sizeof extra);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw_read(path, errno);
        if (n == 0) break;
        bytes.append(extra, static_cast<size_t>(n));
        used = bytes.size();
        if (used > limit_bytes) throw_read(path, EFBIG);
        continue;
      }
      const ssize_t n = ::read(fd.get(), bytes.data() + used, bytes.size() - used);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw_read(path, errno);
      if (n == 0) break;
      used += static_cast<size_t>(n);
    }
    bytes.resize(used);
    return bytes;
  }

  std::unique_ptr<WritableFile> create(const std::string& path, bool append_to) override {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (append_to ? O_APPEND : O_TRUNC), 0666);
    if (fd < 0) throw_write(path, errno);
    return std::make_unique<PosixWritableFile>(path, fd);
  }

  void rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) throw_write(to, errno);
  }

  bool move(const std::string& from, const std::string& to) override {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno == EXDEV) return false;
    // File systems without the flag: a second name is refused where one exists, and the file has a name at every
    // moment.
    if (errno != EINVAL && errno != ENOSYS) throw_write(to, errno);
    if (::link(from.c_str(), to.c_str()) == 0) {
      if (::unlink(from.c_str()) != 0) throw_write(from, errno);
      return true;
    }
    // Neither flag nor links (FAT, some network mounts): the one who calls holds the only lock there is.
    if (errno == EEXIST || status(to)) throw_write(to, EEXIST);
    if (::rename(from.c_str(), to.c_str()) != 0) throw_write(to, errno);
    return true;
  }

  void copy_attributes(const std::string& from, const std::string& to) override {
    struct stat st {};
    if (::stat(from.c_str(), &st) != 0) throw_read(from, errno);
    if (::chmod(to.c_str(), st.st_mode & 07777) != 0 && errno != EPERM && errno != ENOTSUP) throw_write(to, errno);
    const timespec times[2] = {st.st_atim, st.st_mtim};
    if (::utimensat(AT_FDCWD, to.c_str(), times, 0) != 0) throw_write(to, errno);
  }

  bool remove_empty_folder(const std::string& path) override {
    if (::rmdir(path.c_str()) == 0) return true;
    if (errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR || errno == EBUSY) return false;
    throw_write(path, errno);
  }

  void link(const std::string& from, const std::string& to) override {
    if (::link(from.c_str(), to.c_str()) != 0) throw_write(to, errno);
  }

  bool remove(const std::string& path) override {
    if (::unlink(path.c_str()) == 0) return true;
    if (errno == ENOENT) return false;
    throw_write(path, errno);
  }

  void make_folder(const std::string& path) override {
    if (path.empty() || ::mkdir(path.c_str(), 0777) == 0) return;
    if (errno == ENOENT) {
      const std::string parent = parent_path(path);
      if (parent == path || parent == ".") throw_write(path, ENOENT);
      make_folder(parent);
      if (::mkdir(path.c_str(), 0777) == 0) return;
    }
    const int error = errno;
    const auto there = status(path);
    if (there && there->kind == FileStatus::Kind::kFolder) return;
    throw_write(path, error);
  }

  void sync_folder(const std::string& path) override {
    const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) throw_write(path, errno);
    // Some network file systems refuse fsync on a folder; they order renames themselves.
    if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP) throw_write(path, errno);
  }

  void truncate(const std::string& path, uint64_t size_bytes) override {
    if (::truncate(path.c_str(), static_cast<off_t>(size_bytes)) != 0) throw_write(path, errno);
  }

  std::optional<FileStatus> status(const std::string& path) override {
    struct stat st {};
    if (::stat(path.c_str(), &st) != 0) {
      if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return std::nullopt;
      throw_read(path, errno);
    }
    return FileStatus{kind_of(st.st_mode), static_cast<uint64_t>(st.st_size),
                      st.st_mtim.tv_sec * 1'000'000'000LL + st.st_mtim.tv_nsec, static_cast<uint64_t>(st.st_dev),
                      static_cast<uint64_t>(st.st_ino)};
  }

  std::vector<FolderEntry> list(const std::string& path) override {
    DIR* dir = ::opendir(path.c_str());
    if (dir == nullptr) throw_read(path, errno);
    std::vector<FolderEntry> entries;
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(dir);
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      FileStatus::Kind kind = FileStatus::Kind::kOther;
      if (entry->d_type == DT_REG) {
        kind = FileStatus::Kind::kFile;
      } else if (entry->d_type == DT_DIR) {
        kind = FileStatus::Kind::kFolder;
      } else {  // a link, or a file system that does not tell
        struct stat st {};
        if (::fstatat(::dirfd(dir), entry->d_name, &st, 0) != 0) continue;
        kind = kind_of(st.st_mode);
      }
      entries.push_back({std::string(name), kind});
    }
    const int error = errno;
    ::closedir(dir);
    if (error != 0) throw_read(path, error);
    std::sort(entries.begin(), entries.end(),
              [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
    return entries;
  }

  uint64_t free_bytes(const std::string& path) override {
    struct statvfs st {};
    if (::statvfs(path.c_str(), &st) != 0) throw_read(path, errno);
    return static_cast<uint64_t>(st.f_bavail) * st.f_frsize;
  }
};

}  // namespace

Files& real_files() {
  static PosixFiles files;
  return files;
}

std::string join_path(std::string_view folder, std::string_view name) {
  if (folder.empty()) return std::string(name);
  std::string path(folder);
  if (path.back() != '/') path += '/';
  return path += name;
}

std::string base_name(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string parent_path(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

}  // namespace surefoot
