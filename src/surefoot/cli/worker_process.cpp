#include "surefoot/cli/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "surefoot/base/error.h"

namespace surefoot::cli {
namespace {

[[noreturn]] void cannot(const std::string& what, int error, const char* fix) {
  throw Error(ErrorCode::kDevice, "cannot start a decoder: " + what, std::strerror(error), fix);
}

constexpr const char* kFewer = "raise the limits of open files and processes (ulimit -n, ulimit -u), or free memory";

/// The dynamic linker and sanitizers need theirs; nothing else of the environment is a decoder's business.
std::vector<std::string> small_environment() {
  std::vector<std::string> kept;
  for (const char* name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) kept.push_back(std::string(name) + "=" + value);
  }
  return kept;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

/// Above the numbers that the child's ends get, so that placing one cannot close another.
Descriptor placed_high(Descriptor low) {
  Descriptor high(::fcntl(low.get(), F_DUPFD_CLOEXEC, 16));
  if (high.get() < 0) cannot("a descriptor", errno, kFewer);
  return high;
}

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  void place(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
  void silence(int fd, int flags) { ::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", flags, 0); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// Ctrl-C and a scheduler's SIGTERM reach every process of the job: they are meant for the parent, which ends its
/// decoders itself. A decoder that died of one would look as if its file had killed it.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&blocked, signal);
    ::posix_spawnattr_setsigmask(&attributes_, &blocked);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void Descriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

SharedMemory::SharedMemory(size_t bytes)
    : file_(::memfd_create("surefoot-decode", MFD_CLOEXEC | MFD_ALLOW_SEALING)), bytes_(bytes) {
  if (file_.get() < 0) cannot("shared memory", errno, kFewer);
  file_ = placed_high(std::move(file_));
  if (::ftruncate(file_.get(), static_cast<off_t>(bytes)) != 0) cannot("shared memory", errno, kFewer);
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
  if (data == MAP_FAILED) cannot("shared memory", errno, kFewer);
  data_ = static_cast<char*>(data);
  // A file that shrinks under the parent's mapping would end the parent.
  if (::fcntl(file_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) cannot("shared memory", errno, kFewer);
}

SharedMemory::~SharedMemory() {
  if (data_) ::munmap(data_, bytes_);
}

WorkerProcess::WorkerProcess(const std::string& program, const std::vector<std::string>& arguments, size_t slot_bytes)
    : slot_bytes_(slot_bytes), input_(channel::kSlots * slot_bytes), output_(channel::kSlots * channel::kOutputBytes) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) cannot("a socket", errno, kFewer);
  socket_ = Descriptor(ends[0]);
  const Descriptor theirs = placed_high(Descriptor(ends[1]));
  FileActions actions;
  actions.silence(STDIN_FILENO, O_RDONLY);
  actions.silence(STDOUT_FILENO, O_WRONLY);
  // A decoder that was taken over could steer the terminal.
  actions.silence(STDERR_FILENO, O_WRONLY);
  actions.place(theirs.get(), channel::kSocket);
  actions.place(input_.descriptor(), channel::kInput);
  actions.place(output_.descriptor(), channel::kOutput);
  std::vector<std::string> words = {program}, environment = small_environment();
  words.insert(words.end(), arguments.begin(), arguments.end());
  const int error = ::posix_spawn(&process_, program.c_str(), actions.get(), SpawnAttributes().get(),
                                  pointers(words).data(), pointers(environment).data());
  if (error != 0) {
    process_ = -1;
    cannot(program, error, "surefoot-decode belongs beside surefoot: build it with scripts/build");
  }
}

WorkerProcess::~WorkerProcess() { end(); }

bool WorkerProcess::send(uint64_t sequence, std::string_view bytes) {
  const size_t slot = sequence % channel::kSlots;
  std::memcpy(input_.data() + slot * slot_bytes_, bytes.data(), bytes.size());
  const channel::Request request{sequence, bytes.size()};
  ssize_t n = 0;
  do {
    n = ::send(socket_.get(), &request, sizeof request, MSG_NOSIGNAL);
  } while (n < 0 && errno == EINTR);
  return n == static_cast<ssize_t>(sizeof request);
}

WorkerProcess::Read WorkerProcess::read(channel::Answer& answer) {
  ssize_t n = 0;
  int resets = 0;
  do {
    n = ::recv(socket_.get(), &answer, sizeof answer, MSG_DONTWAIT);
    // A worker that died with a request unread is told first, and once; what it said before can be read after that.
  } while (n < 0 && (errno == EINTR || (errno == ECONNRESET && resets++ == 0)));
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Read::kNothing;
  if (n <= 0) return Read::kGone;
  if (n != static_cast<ssize_t>(sizeof answer)) answer = {};  // of no kind that there is
  return Read::kAnswer;
}

std::string WorkerProcess::output(uint64_t sequence, uint64_t bytes) const {
  const char* slot = output_.data() + sequence % channel::kSlots * channel::kOutputBytes;
  return {slot, static_cast<size_t>(std::min<uint64_t>(bytes, channel::kOutputBytes))};
}

double WorkerProcess::cpu_seconds() const {
  clockid_t clock{};
  timespec used{};
  if (process_ <= 0 || ::clock_getcpuclockid(process_, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return -1;
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

int WorkerProcess::end() {
  if (process_ <= 0) return 0;
  ::kill(process_, SIGKILL);
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  socket_.reset();
  return status;
}

}  // namespace surefoot::cli
