#pragma once
// The bytes of a manifest file, little-endian: header, records, classes, root, paths (docs/formats/manifest.md).
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "surefoot/base/hash.h"

namespace surefoot::data {

static_assert(std::endian::native == std::endian::little, "the manifest is mapped as it lies on disk");

struct ManifestHeader {
  char magic[8] = {'S', 'F', 'M', 'A', 'N', 'I', 'F', '\n'};
  uint32_t version = 1;
  uint32_t split_was_made = 0;  // 0 or 1
  uint64_t pictures = 0, training_pictures = 0, classes = 0;
  uint64_t class_bytes = 0, root_bytes = 0, path_bytes = 0;
  char fingerprint[32] = {};     // hex
  char body_checksum[32] = {};   // hex; XXH3-128 of everything behind the header
  uint64_t header_checksum = 0;  // XXH3-64 of everything before this field
};
static_assert(sizeof(ManifestHeader) == 136 && std::is_trivially_copyable_v<ManifestHeader>);

/// One picture; training pictures come first, each part sorted by path.
struct ManifestRecord {
  uint64_t path_offset;  // into the paths
  uint64_t size_bytes;
  uint32_t path_length;
  int32_t label;
};
static_assert(sizeof(ManifestRecord) == 24 && sizeof(ManifestHeader) % alignof(ManifestRecord) == 0);

inline uint64_t header_checksum(const ManifestHeader& header) {
  return hash64({reinterpret_cast<const char*>(&header), offsetof(ManifestHeader, header_checksum)});
}

inline void copy_hex(const std::string& hex, char (&target)[32]) {
  std::copy_n(hex.data(), std::min<size_t>(hex.size(), 32), target);
}

}  // namespace surefoot::data
