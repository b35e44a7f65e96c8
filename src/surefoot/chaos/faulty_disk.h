#pragma once
// A disk that is slow, full or unreadable on demand, in front of a real one.
#include <cstdint>
#include <mutex>
#include <set>
#include <string>

#include "surefoot/base/clock.h"
#include "surefoot/base/forwarding_files.h"

namespace surefoot::chaos {

/// Thread-safe. Files that were opened for writing before a fault feel it too.
class FaultyDisk final : public ForwardingFiles {
 public:
  /// @param run  the run folder: `unreadable` spares what is in it
  FaultyDisk(Files& files, const Clock& clock, std::string run)
      : ForwardingFiles(files), clock_(clock), run_(std::move(run)) {}
  /// Reads that begin within so many seconds from now end after them.
  void slow(double seconds);
  /// Nothing can be written for so many seconds.
  void full(double seconds);
  /// The next `count` files outside the run that are read for the first time from now on cannot be, now and later.
  void unreadable(int64_t count);

  std::string read(const std::string& path, uint64_t limit) override;
  std::unique_ptr<WritableFile> create(const std::string& path, bool append_to) override;
  void link(const std::string& from, const std::string& to) override;
  void make_folder(const std::string& path) override;
  uint64_t free_bytes(const std::string& path) override;

 private:
  friend class FaultyFile;
  bool is_full() const;
  /// Throws kDiskFull while the disk is full.
  void check_room(const std::string& path) const;

  const Clock& clock_;
  const std::string run_;
  mutable std::mutex mutex_;
  double slow_until_ = 0, full_until_ = 0;  // on the clock
  int64_t to_spoil_ = 0;
  std::set<std::string> spoilt_;
};

}  // namespace surefoot::chaos
