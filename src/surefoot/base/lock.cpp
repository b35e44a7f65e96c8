#include "surefoot/base/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "surefoot/base/error.h"

namespace surefoot {

FileLock::FileLock(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (fd_ < 0)
    throw Error(ErrorCode::kFileWrite, "cannot open the lock " + path, std::strerror(errno),
                "choose a folder that this user can write to");
  if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    char holder[32] = {};
    const ssize_t n = ::pread(fd_, holder, sizeof holder - 1, 0);
    ::close(fd_);
    if (error != EWOULDBLOCK) {
      throw Error(ErrorCode::kFileWrite, "cannot lock " + path, std::strerror(error),
                  "use a file system with flock, or another folder");
    }
    throw Error(ErrorCode::kRunLocked, "another process is writing to this run (" + path + ")",
                n > 0 ? "it is held by process " + std::string(holder, static_cast<size_t>(n))
                      : "it is held by another process",
                "wait for that process or stop it, or choose another folder with --out");
  }
  const std::string pid = std::to_string(::getpid());
  // The number only helps the message above; the lock itself is what counts.
  if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, pid.data(), pid.size(), 0) < 0) errno = 0;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace surefoot
