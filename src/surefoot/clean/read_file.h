#pragma once
// The bytes of one file of the data, however patient or large that has to be.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "surefoot/base/clock.h"
#include "surefoot/base/files.h"
#include "surefoot/index/picture_facts.h"

namespace surefoot::clean {

/// Larger files are not decoded: their facts come from their first bytes alone.
constexpr uint64_t kLargestPicture = uint64_t{1} << 30;

struct FileBytes {
  std::string bytes;
  std::string content;                       // as content_of
  std::optional<index::PictureFacts> facts;  // of a file too large to be decoded; `bytes` are empty then
};

/// What a file is known by: XXH3-128, 32 lower-case hex digits.
std::string content_of(std::string_view bytes);

/// Retries what a network file system may get over (twice, 0.3 s in all). Empty where it cannot be read, with `why`;
/// where it is gone `why` is empty. @param size_bytes  as last seen
std::optional<FileBytes> read_file(
    Files& files, const std::string& path, uint64_t size_bytes, const Clock& clock, std::string& why);

}  // namespace surefoot::clean
