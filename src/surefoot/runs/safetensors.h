#pragma once
// The safetensors container: an 8-byte little-endian header length, a JSON header, then the bytes of the tensors.
// Torch-free, so that it can be fuzzed. Format: docs/formats/safetensors.md.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace surefoot::runs {

struct TensorEntry {
  std::string name;
  std::string dtype;            // "F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"
  std::vector<int64_t> shape;   // empty: a scalar
  uint64_t begin = 0, end = 0;  // bytes, counted from data_offset
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  // by position in the file
  std::map<std::string, std::string> metadata;
  uint64_t data_offset = 0;  // where the tensors' bytes begin in the file
};

/// Bytes of one element; 0 for an unknown dtype.
uint64_t dtype_bytes(std::string_view dtype);

/// Checks every rule of the format: header of at most 100 MB, no holes, no overlaps, sizes that agree with dtype and
/// shape, no duplicates.
/// @param prefix the file's first bytes, at least the whole header; @param file_size of the whole file
/// Throws kWeightsFormat.
SafetensorsHeader parse_safetensors(std::string_view prefix, uint64_t file_size);

/// Length prefix and header, padded with spaces to a multiple of 8 bytes; deterministic. Offsets are filled in here, in
/// the order given.
std::string write_safetensors_header(std::span<const TensorEntry> tensors,
                                     const std::map<std::string, std::string>& metadata);

}  // namespace surefoot::runs
