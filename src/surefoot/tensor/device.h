#pragma once
// Which device, and what it can do.
#include <string>

#include <ATen/core/Tensor.h>

namespace surefoot::tensor {

/// "auto", "cpu", "cuda" or "cuda:1" -> a device that answers. Throws kDevice with the reason and the fix.
at::Device resolve_device(const std::string& name);
/// True where bf16 arithmetic is done by the hardware: AVX512-BF16 or AMX-BF16 on x86, compute capability 8.0 on CUDA.
bool has_native_bf16(at::Device device);
/// Physical cores that this process may use: respects the affinity mask and the cgroup's CPU quota; >= 1.
int physical_cores();
/// One line for people, e.g. "CPU, Intel(R) Xeon(R), 2 cores" or "cuda:0".
std::string describe_device(at::Device device);

}  // namespace surefoot::tensor
