#include "surefoot/data/manifest_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <numeric>
#include <utility>

#include "surefoot/base/error.h"
#include "surefoot/data/manifest_layout.h"

namespace surefoot::data {
namespace {

[[noreturn]] void throw_damaged(const std::string& path, const std::string& why) {
  throw Error(ErrorCode::kDataManifest, "cannot use the manifest " + path, why,
              "remove it; the next scan of the data writes a new one");
}

/// The bytes of a file, mapped or owned.
class Bytes {
 public:
  struct Owned {
    std::string bytes;
  };
  explicit Bytes(Owned owned) : owned_(std::move(owned.bytes)), view_(owned_) {}
  /// Maps the file.
  explicit Bytes(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat st {};
    if (fd < 0 || ::fstat(fd, &st) != 0) {
      const int error = errno;
      if (fd >= 0) ::close(fd);
      throw_damaged(path, std::strerror(error));
    }
    const auto size = static_cast<size_t>(st.st_size);
    // MAP_PRIVATE read-only; the file is replaced by rename only, never cut, so a mapped page cannot vanish.
    void* memory = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    const int error = errno;
    ::close(fd);
    if (memory == MAP_FAILED) throw_damaged(path, std::strerror(error));
    mapped_ = memory;
    view_ = {static_cast<const char*>(memory), size};
  }
  ~Bytes() {
    if (mapped_ != nullptr) ::munmap(mapped_, view_.size());
  }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  std::string_view view() const { return view_; }

 private:
  std::string owned_;
  void* mapped_ = nullptr;
  std::string_view view_;
};

class ManifestFile final : public Manifest {
 public:
  ManifestFile(const std::string& path, std::unique_ptr<Bytes> bytes) : bytes_(std::move(bytes)) {
    const std::string_view view = bytes_->view();
    check_header(path, view);
    const char* at = view.data() + sizeof header_;
    records_ = reinterpret_cast<const ManifestRecord*>(at);
    at += header_.pictures * sizeof(ManifestRecord);
    read_classes(path, {at, header_.class_bytes});
    at += header_.class_bytes;
    root_.assign(at, header_.root_bytes);
    paths_ = {at + header_.root_bytes, header_.path_bytes};
    fingerprint_.assign(header_.fingerprint, sizeof header_.fingerprint);
    check_records(path);
  }

  uint64_t size() const override { return header_.pictures; }
  std::string_view path(uint64_t index) const override {
    const ManifestRecord& record = at(index);
    return paths_.substr(record.path_offset, record.path_length);
  }
  int32_t label(uint64_t index) const override { return at(index).label; }
  Split split(uint64_t index) const override {
    return index < header_.training_pictures ? Split::kTrain : Split::kValidation;
  }
  uint64_t size_bytes(uint64_t index) const override { return at(index).size_bytes; }
  const std::vector<std::string>& classes() const override { return classes_; }
  const std::string& root() const override { return root_; }
  const std::string& fingerprint() const override { return fingerprint_; }
  std::vector<uint32_t> indices(Split split) const override {
    const bool train = split == Split::kTrain;
    std::vector<uint32_t> numbers(train ? header_.training_pictures : header_.pictures - header_.training_pictures);
    std::iota(numbers.begin(), numbers.end(), static_cast<uint32_t>(train ? 0 : header_.training_pictures));
    return numbers;
  }
  bool split_was_made() const override { return header_.split_was_made != 0; }

 private:
  const ManifestRecord& at(uint64_t index) const {
    SUREFOOT_CHECK(index < header_.pictures, std::to_string(index) + " of " + std::to_string(header_.pictures));
    return records_[index];
  }

  void check_header(const std::string& path, std::string_view view) {
    const ManifestHeader expected;
    if (view.size() < sizeof header_)
      throw_damaged(path, "it has " + std::to_string(view.size()) + " bytes, less than its header");
    std::memcpy(&header_, view.data(), sizeof header_);
    if (std::memcmp(header_.magic, expected.magic, sizeof header_.magic) != 0)
      throw_damaged(path, "it is not a manifest");
    if (header_.header_checksum != header_checksum(header_)) throw_damaged(path, "the checksum of its header is wrong");
    if (header_.version != expected.version)
      throw_damaged(path, "it has version " + std::to_string(header_.version) + ", known is 1");
    const uint64_t body = view.size() - sizeof header_;
    const uint64_t expected_body =
        header_.pictures * sizeof(ManifestRecord) + header_.class_bytes + header_.root_bytes + header_.path_bytes;
    if (header_.pictures > UINT32_MAX || header_.training_pictures > header_.pictures || body != expected_body) {
      throw_damaged(path,
                    "its parts have " + std::to_string(expected_body) + " bytes and the file " + std::to_string(body));
    }
    Hasher hash;
    hash.add(view.substr(sizeof header_));
    if (hash.hex() != std::string_view(header_.body_checksum, sizeof header_.body_checksum))
      throw_damaged(path, "its checksum is wrong");
  }

  void read_classes(const std::string& path, std::string_view bytes) {
    for (uint64_t i = 0; i < header_.classes; ++i) {
      uint32_t length = 0;
      if (bytes.size() < sizeof length) throw_damaged(path, "its list of classes ends early");
      std::memcpy(&length, bytes.data(), sizeof length);
      bytes.remove_prefix(sizeof length);
      if (bytes.size() < length) throw_damaged(path, "its list of classes ends early");
      classes_.emplace_back(bytes.substr(0, length));
      bytes.remove_prefix(length);
    }
  }

  void check_records(const std::string& path) {
    for (uint64_t i = 0; i < header_.pictures; ++i) {
      const ManifestRecord& record = records_[i];
      if (record.path_offset > paths_.size() || record.path_length > paths_.size() - record.path_offset ||
          record.label < 0 || static_cast<uint64_t>(record.label) >= classes_.size()) {
        throw_damaged(path, "record " + std::to_string(i) + " points outside of the file");
      }
    }
  }

  std::unique_ptr<Bytes> bytes_;
  ManifestHeader header_;
  const ManifestRecord* records_ = nullptr;
  std::string_view paths_;
  std::vector<std::string> classes_;
  std::string root_, fingerprint_;
};

}  // namespace

std::unique_ptr<Manifest> open_manifest(const std::string& manifest_file) {
  return std::make_unique<ManifestFile>(manifest_file, std::make_unique<Bytes>(manifest_file));
}

std::unique_ptr<Manifest> open_manifest(Files& files, const std::string& manifest_file) {
  const auto theirs = files.status(manifest_file), ours = real_files().status(manifest_file);
  if (theirs && ours && theirs->device == ours->device && theirs->inode == ours->inode)
    return open_manifest(manifest_file);
  return std::make_unique<ManifestFile>(manifest_file,
                                        std::make_unique<Bytes>(Bytes::Owned{files.read(manifest_file)}));
}

}  // namespace surefoot::data
