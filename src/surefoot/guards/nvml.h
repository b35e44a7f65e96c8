#pragma once
// NVIDIA's management library, loaded at run time: present where a driver is, absent without harm.
#include <memory>
#include <string>
#include <vector>

#include "surefoot/guards/guard.h"

namespace surefoot::guards {

/// Not thread-safe.
class Nvml {
 public:
  /// The driver's library, or what SUREFOOT_NVML names instead (for tests). Reads the environment: not beside a setenv.
  static std::string library();
  /// Empty where the library is not there, is too old or does not start.
  /// @param library  file name, or what dlopen(3) searches
  static std::unique_ptr<Nvml> open(const std::string& library);
  virtual ~Nvml() = default;
  /// The GPUs that CUDA_VISIBLE_DEVICES lets this process use (all where it is not set), in NVML's order.
  virtual std::vector<Temperature> temperatures() = 0;
  /// Xid events and uncorrected memory errors since the last call. Does not wait.
  virtual std::vector<HardwareReport> hardware() = 0;
};

}  // namespace surefoot::guards
