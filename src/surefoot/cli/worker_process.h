#pragma once
// One sandboxed decoder as its parent sees it: started, fed through shared memory, watched, killed. What comes from it
// is hostile.
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "surefoot/cli/decode_channel.h"

namespace surefoot::cli {

/// A descriptor that is closed once.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }
  void reset();

 private:
  int fd_;
};

/// Shared memory that the parent maps for reading and writing.
class SharedMemory {
 public:
  /// Throws kDevice.
  explicit SharedMemory(size_t bytes);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  char* data() const { return data_; }
  int descriptor() const { return file_.get(); }

 private:
  Descriptor file_;
  char* data_ = nullptr;
  size_t bytes_;
};

class WorkerProcess {
 public:
  /// Starts `program` with `arguments` and an environment that holds next to nothing. Throws kDevice.
  WorkerProcess(const std::string& program, const std::vector<std::string>& arguments, size_t slot_bytes);
  /// Kills and reaps.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  int socket() const { return socket_.get(); }
  /// Copies a file into its slot and asks for it. False where the worker is gone.
  bool send(uint64_t sequence, std::string_view bytes);
  enum class Read { kNothing, kAnswer, kGone };
  /// Does not block.
  Read read(channel::Answer& answer);
  /// A copy of `bytes` bytes of the output slot, cut at its end: the worker may write there at any time.
  std::string output(uint64_t sequence, uint64_t bytes) const;
  /// CPU seconds that it has used so far; negative where that cannot be told.
  double cpu_seconds() const;
  /// Kills it and waits; the status of waitpid.
  int end();

 private:
  size_t slot_bytes_;
  SharedMemory input_, output_;
  Descriptor socket_;
  pid_t process_ = -1;
};

}  // namespace surefoot::cli
