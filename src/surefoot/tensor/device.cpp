#include "surefoot/tensor/device.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <utility>

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include "surefoot/base/error.h"
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace surefoot::tensor {
namespace {

/// Whole CPUs' worth of time that the cgroup grants; 0: no limit.
int quota_cpus() {
  std::ifstream v2("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (v2 >> quota >> period)
    return quota == "max" || period <= 0 ? 0 : std::max(1, static_cast<int>(std::stod(quota) / period));
  std::ifstream v1_quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), v1_period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  double microseconds = 0;
  if (v1_quota >> microseconds && v1_period >> period && microseconds > 0 && period > 0)
    return std::max(1, static_cast<int>(microseconds / period));
  return 0;
}

int read_topology(int cpu, const char* what) {
  std::ifstream file("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/" + what);
  int value = -1;
  return file >> value ? value : -1;
}

#if defined(__x86_64__)
/// CPUID leaf 7: sub-leaf 1 EAX bit 5 is AVX512_BF16, sub-leaf 0 EDX bit 22 is AMX-BF16. The compiler's check asks
/// whether the system saves the registers.
bool cpu_has_bf16() {
  if (!__builtin_cpu_supports("avx512f")) return false;
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx >> 22 & 1) != 0) return true;
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax >> 5 & 1) != 0;
}
#elif defined(__aarch64__)
bool cpu_has_bf16() { return (getauxval(AT_HWCAP2) & (1UL << 14)) != 0; }  // HWCAP2_BF16
#else
bool cpu_has_bf16() { return false; }
#endif

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(ErrorCode::kDevice, "the device '" + name + "' cannot be used", why,
              "use train.device=cpu or train.device=auto; for an NVIDIA GPU, install its driver and build against a "
              "CUDA libtorch (preset cuda)");
}

}  // namespace

at::Device resolve_device(const std::string& name) {
  if (name == "cpu") return at::kCPU;
  const auto& hooks = at::detail::getCUDAHooks();
  const int gpus = at::hasCUDA() ? hooks.getNumGPUs() : 0;
  if (name == "auto") return gpus > 0 ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
  if (name != "cuda" && !name.starts_with("cuda:")) refuse(name, "devices are auto, cpu, cuda and cuda:N");
  if (!hooks.hasCUDA()) refuse(name, "this libtorch has no CUDA, or the NVIDIA driver does not answer");
  int index = 0;
  if (name.size() > 5) {
    const std::string digits = name.substr(5);
    if (digits.size() > 4 || digits.find_first_not_of("0123456789") != std::string::npos)
      refuse(name, "'" + digits + "' is not a device number");
    index = std::stoi(digits);
  }
  if (index >= gpus) refuse(name, std::to_string(gpus) + " CUDA device(s) are visible");
  return {at::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

bool has_native_bf16(at::Device device) {
  // cuDNN's bf16 convolutions ask for compute capability 8.0, the same line that the hardware draws.
  if (device.is_cuda()) return at::detail::getCUDAHooks().supportsBFloat16ConvolutionWithCuDNNv8();
  return device.is_cpu() && cpu_has_bf16();
}

int physical_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
  std::set<std::pair<int, int>> cores;  // (socket, core)
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const int core = read_topology(cpu, "core_id");
    cores.insert(core < 0 ? std::pair{-1, cpu} : std::pair{read_topology(cpu, "physical_package_id"), core});
  }
  const int quota = quota_cpus(), count = std::max(1, static_cast<int>(cores.size()));
  return quota > 0 ? std::min(quota, count) : count;
}

std::string describe_device(at::Device device) {
  if (!device.is_cpu()) return device.str();
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string model = "CPU";
  for (std::string line; std::getline(cpuinfo, line);) {
    if (!line.starts_with("model name")) continue;
    if (const auto colon = line.find(": "); colon != std::string::npos) model = "CPU, " + line.substr(colon + 2);
    break;
  }
  const int cores = physical_cores();
  return model + ", " + std::to_string(cores) + (cores == 1 ? " core" : " cores");
}

}  // namespace surefoot::tensor
