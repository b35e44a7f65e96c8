#include "surefoot/clean/read_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "surefoot/base/error.h"
#include "surefoot/base/hash.h"
#include "surefoot/base/units.h"

namespace surefoot::clean {
namespace {

constexpr double kWaits[] = {0.05, 0.25};  // seconds before each further attempt

std::optional<FileBytes> read_large(const std::string& path, std::string& why) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> piece(size_t{1} << 20);
  Hasher hasher;
  std::string head;
  uint64_t size = 0;
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto n = static_cast<size_t>(file.gcount());
    hasher.add(std::string_view(piece.data(), n));
    if (size == 0) head.assign(piece.data(), std::min<size_t>(n, 4096));
    size += n;
  }
  if (!file.eof()) {
    why = std::strerror(errno);
    return std::nullopt;
  }
  index::PictureFacts facts;
  facts.format = image::sniff(head);
  facts.status =
      facts.format == image::Format::kUnknown ? image::DecodeStatus::kNotAnImage : image::DecodeStatus::kTooLarge;
  facts.detail = format_bytes(size) + ", files above " + format_bytes(kLargestPicture) + " are not decoded";
  return FileBytes{{}, hasher.hex(), facts};
}

}  // namespace

std::string content_of(std::string_view bytes) {
  Hasher hasher;
  hasher.add(bytes);
  return hasher.hex();
}

std::optional<FileBytes> read_file(
    Files& files, const std::string& path, uint64_t size_bytes, const Clock& clock, std::string& why) {
  if (size_bytes > kLargestPicture) return read_large(path, why);
  for (size_t attempt = 0;; ++attempt) {
    try {
      FileBytes read{files.read(path, 2 * kLargestPicture), {}, {}};
      read.content = content_of(read.bytes);
      return read;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kFileRead) throw;
      why = error.why();
    }
    if (why == std::strerror(ENOENT)) {
      why.clear();
      return std::nullopt;
    }
    if (attempt == std::size(kWaits) || why == std::strerror(EACCES)) return std::nullopt;
    clock.sleep(kWaits[attempt]);
  }
}

}  // namespace surefoot::clean
