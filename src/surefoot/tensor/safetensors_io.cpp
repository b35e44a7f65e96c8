#include "surefoot/tensor/safetensors_io.h"

#include <array>
#include <cstring>
#include <memory>

#include <ATen/ATen.h>

#include "surefoot/base/error.h"
#include "surefoot/runs/safetensors.h"
#include "surefoot/tensor/host_memory.h"

namespace surefoot::tensor {
namespace {

struct DtypeName {
  at::ScalarType type;
  const char* name;
};
constexpr std::array kDtypes = {DtypeName{at::kFloat, "F32"}, DtypeName{at::kDouble, "F64"},
                                DtypeName{at::kHalf, "F16"},  DtypeName{at::kBFloat16, "BF16"},
                                DtypeName{at::kLong, "I64"},  DtypeName{at::kInt, "I32"},
                                DtypeName{at::kShort, "I16"}, DtypeName{at::kChar, "I8"},
                                DtypeName{at::kByte, "U8"},   DtypeName{at::kBool, "BOOL"}};

std::string name_of(at::ScalarType type) {
  for (const DtypeName& known : kDtypes) {
    if (known.type == type) return known.name;
  }
  throw Error(ErrorCode::kInternal, "a tensor cannot be saved",
              std::string("safetensors has no dtype for ") + c10::toString(type),
              "this is a bug of surefoot: report it");
}

at::ScalarType type_of(const runs::TensorEntry& entry, const std::string& path) {
  for (const DtypeName& known : kDtypes) {
    if (entry.dtype == known.name) return known.type;
  }
  throw Error(ErrorCode::kWeightsFormat, "cannot read " + path, entry.name + " has the dtype " + entry.dtype,
              "save the weights as fp32, bf16 or fp16");
}

/// One tensor at a time, copied where it must be, and then outside the device's budget: saving does not compete with a
/// step for memory.
at::Tensor in_file_order(const at::Tensor& tensor) {
  if (tensor.is_cpu() && tensor.is_contiguous()) return tensor;
  const at::Tensor host = host_empty(tensor.sizes(), tensor.scalar_type());
  host.copy_(tensor);
  return host;
}

}  // namespace

WeightsFile read_safetensors(Files& files, const std::string& path) {
  // The tensors are views of the file's bytes and keep them alive together.
  const auto bytes = std::make_shared<std::string>(files.read(path));
  runs::SafetensorsHeader header;
  try {
    header = runs::parse_safetensors(*bytes, bytes->size());
  } catch (const Error& error) {
    throw Error(error.code(), "cannot read " + path, error.why(), error.fix());
  }
  WeightsFile file;
  file.metadata = std::move(header.metadata);
  for (const runs::TensorEntry& entry : header.tensors) {
    char* data = bytes->data() + header.data_offset + entry.begin;
    const auto options = at::TensorOptions().dtype(type_of(entry, path));
    at::Tensor tensor;
    if (reinterpret_cast<uintptr_t>(data) % runs::dtype_bytes(entry.dtype) == 0) {
      tensor = at::from_blob(data, entry.shape, [bytes](void*) {}, options);
    } else {  // other writers may not align
      tensor = at::empty(entry.shape, options);
      std::memcpy(tensor.data_ptr(), data, entry.end - entry.begin);
    }
    file.tensors.emplace_back(entry.name, std::move(tensor));
  }
  return file;
}

void write_safetensors(WritableFile& file,
                       std::span<const NamedTensor> tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::vector<runs::TensorEntry> entries;
  for (const auto& [name, tensor] : tensors) {
    entries.push_back({.name = name, .dtype = name_of(tensor.scalar_type()), .shape = tensor.sizes().vec()});
  }
  file.append(runs::write_safetensors_header(entries, metadata));
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor host = in_file_order(tensor.detach());
    file.append(std::span(static_cast<const std::byte*>(host.const_data_ptr()), host.nbytes()));
  }
}

}  // namespace surefoot::tensor
