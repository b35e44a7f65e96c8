// A driver's management library with one GPU that heats by its load and cools to the air around it. Loaded by dlopen
// like the real one; tests reach the card by the functions at the end, found with dlsym.
#include <cmath>
#include <cstring>
#include <deque>
#include <mutex>

#include "guards/heat_model.h"
#include "surefoot/guards/nvml_interface.h"

namespace {

using namespace surefoot::guards::nvml;

struct Card {
  std::mutex mutex;
  surefoot::testing::HeatModel heat;
  unsigned long long errors = 0;
  std::deque<int> xids;
  bool driver_runs = true;
};
Card& card() {
  static Card one;
  return one;
}
NvmlDevice device() { return reinterpret_cast<NvmlDevice>(&card()); }

}  // namespace

extern "C" {
NvmlReturn nvmlInit_v2() { return card().driver_runs ? kSuccess : 9; }
NvmlReturn nvmlShutdown() { return kSuccess; }
NvmlReturn nvmlDeviceGetCount_v2(unsigned int* count) { return *count = 1, kSuccess; }
NvmlReturn nvmlDeviceGetHandleByIndex_v2(unsigned int, NvmlDevice* handle) { return *handle = device(), kSuccess; }
NvmlReturn nvmlDeviceGetUUID(NvmlDevice, char* uuid, unsigned int size) {
  return std::strncpy(uuid, "GPU-5afe", size), kSuccess;
}

NvmlReturn nvmlDeviceGetTemperature(NvmlDevice, int, unsigned int* celsius) {
  const std::lock_guard lock(card().mutex);
  return *celsius = static_cast<unsigned>(std::lround(card().heat.celsius)), kSuccess;
}
NvmlReturn nvmlDeviceGetTemperatureThreshold(NvmlDevice, int which, unsigned int* celsius) {
  if (which != kThresholdSlowdown && which != kThresholdShutdown) return kNotSupported;
  return *celsius = which == kThresholdSlowdown ? 92 : 97, kSuccess;
}
NvmlReturn nvmlDeviceGetCurrentClocksThrottleReasons(NvmlDevice, unsigned long long* reasons) {
  const std::lock_guard lock(card().mutex);
  return *reasons = card().heat.celsius >= 92 ? kHwThermal | kHwSlowdown : kSwPowerCap, kSuccess;
}
NvmlReturn nvmlDeviceGetClockInfo(NvmlDevice, int, unsigned int* mhz) { return *mhz = 1800, kSuccess; }
NvmlReturn nvmlDeviceGetMaxClockInfo(NvmlDevice, int, unsigned int* mhz) { return *mhz = 2000, kSuccess; }
NvmlReturn nvmlDeviceGetTotalEccErrors(NvmlDevice, int, int, unsigned long long* errors) {
  const std::lock_guard lock(card().mutex);
  return *errors = card().errors, kSuccess;
}
NvmlReturn nvmlEventSetCreate(NvmlEventSet* set) { return *set = reinterpret_cast<NvmlEventSet>(&card()), kSuccess; }
NvmlReturn nvmlEventSetFree(NvmlEventSet) { return kSuccess; }
NvmlReturn nvmlDeviceRegisterEvents(NvmlDevice, unsigned long long, NvmlEventSet) { return kSuccess; }
NvmlReturn nvmlEventSetWait_v2(NvmlEventSet, NvmlEventData* event, unsigned int) {
  const std::lock_guard lock(card().mutex);
  if (card().xids.empty()) return kTimeout;
  *event = {device(), kXidEvent, static_cast<unsigned long long>(card().xids.front()), 0, 0};
  return card().xids.pop_front(), kSuccess;
}

/// The tests' side.
void simulated_advance(double seconds, double load) {
  const std::lock_guard lock(card().mutex);
  card().heat.advance(seconds, load);
}
void simulated_set(double celsius, double ambient, double full_load_rise, double seconds) {
  const std::lock_guard lock(card().mutex);
  card().heat = {celsius, ambient, full_load_rise, seconds};
}
void simulated_xid(int xid) {
  const std::lock_guard lock(card().mutex);
  card().xids.push_back(xid);
}
void simulated_ecc(unsigned long long errors) {
  const std::lock_guard lock(card().mutex);
  card().errors += errors;
}
void simulated_driver(bool runs) { card().driver_runs = runs; }
}
