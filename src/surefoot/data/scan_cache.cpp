#include "surefoot/data/scan_cache.h"

#include <cstring>
#include <utility>

#include "surefoot/base/error.h"
#include "surefoot/base/hash.h"

namespace surefoot::data {
namespace {

constexpr std::string_view kMagic = "SFSCAN1\n";
constexpr double kRacySeconds = 2;  // the coarsest time stamps in use (FAT)
constexpr double kSameScanSeconds = 3600;

class Writer {
 public:
  template <typename T>
  void number(T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<uint32_t>(value.size()));
    bytes += value;
  }
  std::string bytes;
};

/// Reads what Writer wrote; `ok` turns false where the bytes end early.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <typename T>
  T number() {
    T value{};
    if (bytes_.size() < sizeof value) {
      ok = false;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() {
    const auto length = number<uint32_t>();
    if (bytes_.size() < length) ok = false;
    const std::string_view value = bytes_.substr(0, ok ? length : 0);
    bytes_.remove_prefix(value.size());
    return value;
  }
  bool ok = true;

 private:
  std::string_view bytes_;
};

struct BlockStart {
  uint32_t length;
  uint32_t reserved;
  uint64_t checksum;
};

}  // namespace

std::string ScanCache::start_of_file(const std::string& root) {
  Writer start;
  start.bytes = kMagic;
  start.text(root);
  return start.bytes;
}

ScanCache::ScanCache(Files& files, const std::string& cache_folder, const std::string& root, double now)
    : files_(files),
      cache_file_(join_path(cache_folder, "scan_cache.bin")),
      part_file_(join_path(cache_folder, "scan_cache.part")),
      now_(now) {
  const std::string start = start_of_file(root);
  load(cache_file_, start, finished_);
  const size_t valid = load(part_file_, start, part_);  // after the finished one: its entries are newer
  try {
    if (valid > 0) {
      files_.truncate(part_file_, valid);
      out_ = files_.create(part_file_, true);
    } else {
      out_ = files_.create(part_file_);
      out_->append(start);
    }
  } catch (const Error&) {
    out_ = nullptr;
  }
}

/// Returns how many bytes at the start are whole; 0 where the file is not one of this root.
size_t ScanCache::load(const std::string& path, const std::string& start, std::string& bytes) {
  try {
    if (!files_.exists(path)) return 0;
    bytes = files_.read(path);
  } catch (const Error&) {
    bytes.clear();
  }
  if (!bytes.starts_with(start)) {
    bytes.clear();
    return 0;
  }
  size_t at = start.size();
  while (bytes.size() - at >= sizeof(BlockStart)) {
    BlockStart block;
    std::memcpy(&block, bytes.data() + at, sizeof block);
    const size_t payload = at + sizeof block;
    if (block.length > bytes.size() - payload) break;
    const std::string_view content(bytes.data() + payload, block.length);
    if (hash64(content) != block.checksum) break;
    places_[hash64(Reader(content).text())] = {&bytes, payload, block.length};
    at = payload + block.length;
  }
  return at;
}

std::optional<FolderContent> ScanCache::find(const std::string& folder, const FileStatus& status) const {
  const auto place = places_.find(hash64(folder));
  if (place == places_.end()) return std::nullopt;
  Reader reader(std::string_view(*place->second.source).substr(place->second.offset, place->second.length));
  if (reader.text() != folder || reader.number<int64_t>() != status.mtime_ns ||
      reader.number<uint64_t>() != status.size_bytes || reader.number<uint64_t>() != status.inode) {
    return std::nullopt;
  }
  const auto scanned_at = reader.number<double>();
  if (static_cast<double>(status.mtime_ns) * 1e-9 > scanned_at - kRacySeconds) return std::nullopt;
  FolderContent content;
  content.sizes_known =
      place->second.source == &part_ && now_ - scanned_at >= 0 && now_ - scanned_at < kSameScanSeconds;
  content.skipped = reader.number<uint64_t>();
  const auto folders = reader.number<uint32_t>(), pictures = reader.number<uint32_t>();
  for (uint32_t i = 0; i < folders && reader.ok; ++i) content.folders.emplace_back(reader.text());
  for (uint32_t i = 0; i < pictures && reader.ok; ++i) {
    const std::string_view name = reader.text();
    content.pictures.push_back({std::string(name), reader.number<uint64_t>()});
  }
  if (!reader.ok) return std::nullopt;
  return content;
}

void ScanCache::store(const std::string& folder, const FileStatus& status, const FolderContent& content) {
  if (out_ == nullptr) return;
  Writer payload;
  payload.text(folder);
  payload.number(status.mtime_ns);
  payload.number(status.size_bytes);
  payload.number(status.inode);
  payload.number(now_);
  payload.number(content.skipped);
  payload.number(static_cast<uint32_t>(content.folders.size()));
  payload.number(static_cast<uint32_t>(content.pictures.size()));
  for (const std::string& name : content.folders) payload.text(name);
  for (const auto& picture : content.pictures) {
    payload.text(picture.name);
    payload.number(picture.size_bytes);
  }
  const BlockStart block{static_cast<uint32_t>(payload.bytes.size()), 0, hash64(payload.bytes)};
  try {
    out_->append(std::string_view(reinterpret_cast<const char*>(&block), sizeof block));
    out_->append(std::string_view(payload.bytes));
  } catch (const Error&) {
    out_ = nullptr;
  }
}

void ScanCache::finish() {
  if (out_ == nullptr) return;
  try {
    out_->close();
    files_.rename(part_file_, cache_file_);
  } catch (const Error&) {
    // The next scan starts anew.
  }
  out_ = nullptr;
}

}  // namespace surefoot::data
