#include "surefoot/guards/nvml.h"

#include <dlfcn.h>

#include <cstdlib>
#include <optional>
#include <sstream>

#include "surefoot/guards/nvml_interface.h"

namespace surefoot::guards {
namespace {

using namespace nvml;

/// Pointers to the library's functions; those that an old driver lacks stay null.
struct Functions {
#define SUREFOOT_NVML_POINTER(name, parameters) NvmlReturn(*name) parameters = nullptr;
  SUREFOOT_NVML_FUNCTIONS(SUREFOOT_NVML_POINTER)
#undef SUREFOOT_NVML_POINTER
  explicit Functions(void* library) {
#define SUREFOOT_NVML_LOOK_UP(name, parameters) name = reinterpret_cast<decltype(name)>(::dlsym(library, "nvml" #name));
    SUREFOOT_NVML_FUNCTIONS(SUREFOOT_NVML_LOOK_UP)
#undef SUREFOOT_NVML_LOOK_UP
  }
  bool enough() const {
    return Init_v2 && Shutdown && DeviceGetCount_v2 && DeviceGetHandleByIndex_v2 && DeviceGetTemperature;
  }
};

/// The last argument of a function that answers by pointer; empty where it does not answer.
template <typename Value, typename Function, typename... Arguments>
std::optional<Value> answer(Function function, Arguments... arguments) {
  Value value{};
  if (function == nullptr || function(arguments..., &value) != kSuccess) return std::nullopt;
  return value;
}

/// Whether CUDA_VISIBLE_DEVICES lets this process use the GPU. Numbers are taken as NVML counts; CUDA counts alike
/// where all cards are of one kind.
bool is_visible(unsigned index, const std::string& uuid) {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (visible == nullptr) return true;
  std::istringstream list(visible);
  for (std::string entry; std::getline(list, entry, ',');) {
    if (entry == std::to_string(index) || (entry.starts_with("GPU-") && uuid.starts_with(entry))) return true;
  }
  return false;
}

class LoadedNvml final : public Nvml {
 public:
  LoadedNvml(void* library, const Functions& functions) : library_(library), call_(functions) {
    const unsigned count = answer<unsigned>(call_.DeviceGetCount_v2).value_or(0);
    events_ = answer<NvmlEventSet>(call_.EventSetCreate).value_or(nullptr);
    for (unsigned i = 0; i < count; ++i) add(i);
  }
  ~LoadedNvml() override {
    if (events_ != nullptr && call_.EventSetFree != nullptr) call_.EventSetFree(events_);
    call_.Shutdown();
    ::dlclose(library_);
  }
  LoadedNvml(const LoadedNvml&) = delete;
  LoadedNvml& operator=(const LoadedNvml&) = delete;

  std::vector<Temperature> temperatures() override {
    std::vector<Temperature> all;
    for (const Gpu& gpu : gpus_) {
      const auto celsius = answer<unsigned>(call_.DeviceGetTemperature, gpu.handle, kSensorGpu);
      if (!celsius) continue;
      const auto reasons =
          answer<unsigned long long>(call_.DeviceGetCurrentClocksThrottleReasons, gpu.handle).value_or(0);
      const auto clock = answer<unsigned>(call_.DeviceGetClockInfo, gpu.handle, kClockSm);
      all.push_back({.sensor = gpu.name,
                     .celsius = static_cast<double>(*celsius),
                     .slowdown = gpu.slowdown,
                     .shutdown = gpu.shutdown,
                     .slowed_by_heat = (reasons & kSwThermal) != 0,
                     .emergency = (reasons & kHwThermal) != 0,
                     .slowed_by_power = (reasons & (kSwPowerCap | kHwPowerBrake)) != 0,
                     .clock_share = clock && gpu.highest_clock > 0 ? *clock / gpu.highest_clock : 1});
    }
    return all;
  }

  std::vector<HardwareReport> hardware() override {
    std::vector<HardwareReport> reports;
    constexpr int kMostAtOnce = 32;
    for (int i = 0; i < kMostAtOnce && events_ != nullptr && call_.EventSetWait_v2 != nullptr; ++i) {
      NvmlEventData event{};
      if (call_.EventSetWait_v2(events_, &event, 0) != kSuccess) break;
      if (event.type == kXidEvent) reports.push_back({name_of(event.device), static_cast<int>(event.data)});
    }
    for (Gpu& gpu : gpus_) {
      const auto errors = uncorrected(gpu.handle);
      if (errors > gpu.errors) reports.push_back({gpu.name, 0, errors - gpu.errors});
      gpu.errors = errors;
    }
    return reports;
  }

 private:
  struct Gpu {
    NvmlDevice handle;
    std::string name;
    double slowdown, shutdown, highest_clock;
    unsigned long long errors;
  };

  void add(unsigned index) {
    const auto handle = answer<NvmlDevice>(call_.DeviceGetHandleByIndex_v2, index);
    if (!handle) return;
    char uuid[96] = "";
    if (call_.DeviceGetUUID != nullptr) call_.DeviceGetUUID(*handle, uuid, sizeof uuid);
    if (!is_visible(index, uuid)) return;
    const auto limit = [&](int which) {
      return static_cast<double>(answer<unsigned>(call_.DeviceGetTemperatureThreshold, *handle, which).value_or(0));
    };
    const double highest = answer<unsigned>(call_.DeviceGetMaxClockInfo, *handle, kClockSm).value_or(0);
    gpus_.push_back({*handle, "gpu " + std::to_string(index), limit(kThresholdSlowdown), limit(kThresholdShutdown),
                     highest, uncorrected(*handle)});
    if (events_ != nullptr && call_.DeviceRegisterEvents != nullptr)
      call_.DeviceRegisterEvents(*handle, kXidEvent, events_);
  }

  unsigned long long uncorrected(NvmlDevice handle) const {
    return answer<unsigned long long>(call_.DeviceGetTotalEccErrors, handle, kUncorrected, kVolatile).value_or(0);
  }

  std::string name_of(NvmlDevice handle) const {
    for (const Gpu& gpu : gpus_) {
      if (gpu.handle == handle) return gpu.name;
    }
    return "gpu";
  }

  void* library_;
  Functions call_;
  NvmlEventSet events_ = nullptr;
  std::vector<Gpu> gpus_;
};

}  // namespace

std::string Nvml::library() {
  const char* chosen = std::getenv("SUREFOOT_NVML");
  return chosen != nullptr ? chosen : "libnvidia-ml.so.1";
}

std::unique_ptr<Nvml> Nvml::open(const std::string& library) {
  void* handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return nullptr;
  const Functions functions(handle);
  if (!functions.enough() || functions.Init_v2() != kSuccess) {
    ::dlclose(handle);
    return nullptr;
  }
  return std::make_unique<LoadedNvml>(handle, functions);
}

}  // namespace surefoot::guards
