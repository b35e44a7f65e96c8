#include "surefoot/runs/heartbeat.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <utility>

namespace surefoot::runs {
namespace {
constexpr const char* kVariable = "SUREFOOT_HEARTBEAT_FD";
constexpr off_t kBytes = sizeof(std::atomic<int64_t>);
static_assert(std::atomic<int64_t>::is_always_lock_free, "it is shared between processes");
}  // namespace

Heartbeat::Heartbeat(int fd) : fd_(fd) {
  if (fd_ < 0) return;
  void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (memory != MAP_FAILED) shared_ = static_cast<std::atomic<int64_t>*>(memory);
}

Heartbeat::Heartbeat(Heartbeat&& other) noexcept
    : own_(other.own_.load()),
      shared_(other.shared_ == &other.own_ ? &own_ : std::exchange(other.shared_, &other.own_)),
      fd_(std::exchange(other.fd_, -1)) {}

Heartbeat::~Heartbeat() {
  if (shared_ != &own_) ::munmap(shared_, kBytes);
  if (fd_ >= 0) ::close(fd_);
}

Heartbeat Heartbeat::make() {
  const int fd = ::memfd_create("surefoot-heartbeat", MFD_CLOEXEC);
  if (fd >= 0 && ::ftruncate(fd, kBytes) != 0) return Heartbeat(-1);
  Heartbeat heartbeat(fd);
  heartbeat.reset();
  return heartbeat;
}

Heartbeat Heartbeat::of_supervisor() {
  const char* named = std::getenv(kVariable);
  const int fd = named == nullptr ? -1 : std::atoi(named);
  ::unsetenv(kVariable);
  struct stat status {};
  if (fd <= STDERR_FILENO || ::fstat(fd, &status) != 0 || status.st_size != kBytes) return Heartbeat(-1);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return Heartbeat(fd);
}

void Heartbeat::hand_over() const {
  if (fd_ < 0) return;
  ::fcntl(fd_, F_SETFD, 0);
  ::setenv(kVariable, std::to_string(fd_).c_str(), /*overwrite=*/1);
}

}  // namespace surefoot::runs
