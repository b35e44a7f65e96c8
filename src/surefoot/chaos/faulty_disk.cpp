#include "surefoot/chaos/faulty_disk.h"

#include <utility>

#include "surefoot/base/error.h"

namespace surefoot::chaos {

class FaultyFile final : public WritableFile {
 public:
  FaultyFile(const FaultyDisk& disk, std::string path, std::unique_ptr<WritableFile> file)
      : disk_(disk), path_(std::move(path)), file_(std::move(file)) {}
  void append(std::span<const std::byte> bytes) override {
    disk_.check_room(path_);
    file_->append(bytes);
  }
  void sync() override { file_->sync(); }
  void close() override { file_->close(); }

 private:
  const FaultyDisk& disk_;
  std::string path_;
  std::unique_ptr<WritableFile> file_;
};

void FaultyDisk::slow(double seconds) {
  const std::lock_guard lock(mutex_);
  slow_until_ = clock_.now() + seconds;
}

void FaultyDisk::full(double seconds) {
  const std::lock_guard lock(mutex_);
  full_until_ = clock_.now() + seconds;
}

void FaultyDisk::unreadable(int64_t count) {
  const std::lock_guard lock(mutex_);
  to_spoil_ += count;
}

bool FaultyDisk::is_full() const {
  const std::lock_guard lock(mutex_);
  return clock_.now() < full_until_;
}

void FaultyDisk::check_room(const std::string& path) const {
  if (is_full())
    throw Error(ErrorCode::kDiskFull, "cannot write " + path, "No space left on device (a fault of the chaos plan)",
                "nothing: it was asked for");
}

std::string FaultyDisk::read(const std::string& path, uint64_t limit) {
  double wait = 0;
  {
    const std::lock_guard lock(mutex_);
    if (to_spoil_ > 0 && !path.starts_with(join_path(run_, "")) && spoilt_.insert(path).second) --to_spoil_;
    if (spoilt_.contains(path))
      throw Error(ErrorCode::kFileRead, "cannot read " + path, "Input/output error (a fault of the chaos plan)",
                  "nothing: it was asked for");
    wait = slow_until_ - clock_.now();
  }
  if (wait > 0) clock_.sleep(wait);
  return ForwardingFiles::read(path, limit);
}

std::unique_ptr<WritableFile> FaultyDisk::create(const std::string& path, bool append_to) {
  check_room(path);
  return std::make_unique<FaultyFile>(*this, path, ForwardingFiles::create(path, append_to));
}

void FaultyDisk::link(const std::string& from, const std::string& to) {
  check_room(to);
  ForwardingFiles::link(from, to);
}

void FaultyDisk::make_folder(const std::string& path) {
  if (!exists(path)) check_room(path);
  ForwardingFiles::make_folder(path);
}

uint64_t FaultyDisk::free_bytes(const std::string& path) { return is_full() ? 0 : ForwardingFiles::free_bytes(path); }

}  // namespace surefoot::chaos
