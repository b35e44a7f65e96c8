#pragma once
// The part of NVML's stable C interface that is used here, declared as its documentation gives it ("NVML API Reference
// Guide"), so that no CUDA toolkit is needed. Shared with the simulated library of the tests.
#include <cstdint>

extern "C" {
using NvmlDevice = struct NvmlDeviceOpaque*;
using NvmlEventSet = struct NvmlEventSetOpaque*;
using NvmlReturn = int;  // 0: success

struct NvmlEventData {
  NvmlDevice device;
  unsigned long long type, data;  // data: the Xid
  unsigned int gpu_instance, compute_instance;
};
}

namespace surefoot::guards::nvml {

constexpr NvmlReturn kSuccess = 0, kNotSupported = 3, kTimeout = 10;
constexpr int kSensorGpu = 0;                                  // nvmlTemperatureSensors_t
constexpr int kThresholdShutdown = 0, kThresholdSlowdown = 1;  // nvmlTemperatureThresholds_t
constexpr int kClockSm = 1;                                    // nvmlClockType_t
constexpr int kUncorrected = 1, kVolatile = 0;                 // nvmlMemoryErrorType_t, nvmlEccCounterType_t
constexpr unsigned long long kXidEvent = 8;                    // nvmlEventTypeXidCriticalError
// nvmlClocksEventReason*
constexpr unsigned long long kSwPowerCap = 0x4, kHwSlowdown = 0x8, kSwThermal = 0x20, kHwThermal = 0x40,
                             kHwPowerBrake = 0x80;

/// X(name, parameters): every function that is looked up by "nvml" + name.
#define SUREFOOT_NVML_FUNCTIONS(X)                                            \
  X(Init_v2, ())                                                              \
  X(Shutdown, ())                                                             \
  X(DeviceGetCount_v2, (unsigned int*))                                       \
  X(DeviceGetHandleByIndex_v2, (unsigned int, NvmlDevice*))                   \
  X(DeviceGetUUID, (NvmlDevice, char*, unsigned int))                         \
  X(DeviceGetTemperature, (NvmlDevice, int, unsigned int*))                   \
  X(DeviceGetTemperatureThreshold, (NvmlDevice, int, unsigned int*))          \
  X(DeviceGetCurrentClocksThrottleReasons, (NvmlDevice, unsigned long long*)) \
  X(DeviceGetClockInfo, (NvmlDevice, int, unsigned int*))                     \
  X(DeviceGetMaxClockInfo, (NvmlDevice, int, unsigned int*))                  \
  X(DeviceGetTotalEccErrors, (NvmlDevice, int, int, unsigned long long*))     \
  X(EventSetCreate, (NvmlEventSet*))                                          \
  X(DeviceRegisterEvents, (NvmlDevice, unsigned long long, NvmlEventSet))     \
  X(EventSetWait_v2, (NvmlEventSet, NvmlEventData*, unsigned int))            \
  X(EventSetFree, (NvmlEventSet))

}  // namespace surefoot::guards::nvml
