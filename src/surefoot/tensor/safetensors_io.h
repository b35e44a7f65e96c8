#pragma once
// Tensors in and out of safetensors files. The container itself (header, checks) is in runs/safetensors.h, above the
// torch wall.
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "surefoot/base/files.h"

namespace surefoot::tensor {

using NamedTensor = std::pair<std::string, at::Tensor>;
using NamedTensors = std::vector<NamedTensor>;

struct WeightsFile {
  NamedTensors tensors;  // in the order of the bytes in the file; on the CPU, contiguous
  std::map<std::string, std::string> metadata;
};

/// Throws kFileRead, or kWeightsFormat (with the path and what is wrong) for a file that is damaged or not safetensors.
WeightsFile read_safetensors(Files& files, const std::string& path);
/// Streams the tensors, in the order given, as contiguous CPU copies of one tensor at a time. No time, host or path is
/// written, so equal tensors and metadata are equal bytes. Throws kDiskFull, kFileWrite; kInternal for a dtype that
/// safetensors does not have.
void write_safetensors(WritableFile& file,
                       std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace surefoot::tensor
