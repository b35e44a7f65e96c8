#pragma once
// What the kernel tells about the processor's heat and this process's memory: small files, read once a second.
#include <string>
#include <vector>

#include "surefoot/base/files.h"
#include "surefoot/guards/guard.h"

namespace surefoot::guards {

/// The processor's thermometers, found once: thermal zones of the package (/sys/class/thermal), otherwise its driver's
/// readings (/sys/class/hwmon: coretemp, k10temp). Virtual machines have none.
class ProcessorHeat {
 public:
  /// @param root  before every path, for tests
  explicit ProcessorHeat(Files& files, const std::string& root = "");
  std::vector<Temperature> read();

 private:
  struct Thermometer {
    std::string name, path;
    double slowdown;
  };
  void find_zones(const std::string& folder);
  void find_drivers(const std::string& folder);
  Files& files_;
  std::vector<Thermometer> thermometers_;
};

struct ProcessMemory {
  uint64_t rss_anon_bytes = 0;    // resident without file pages and shared memory
  uint64_t swapped_in_bytes = 0;  // by the whole machine since it started
};
/// Zeros where /proc does not tell.
ProcessMemory read_process_memory(Files& files, const std::string& root = "");

/// Bytes that this process has read and written so far, caches included; 0 where /proc does not tell.
uint64_t read_process_io(Files& files, const std::string& root = "");

/// Processor seconds that all programs of the machine have taken since it started; 0 where /proc does not tell.
double read_busy_seconds(Files& files, const std::string& root = "");

}  // namespace surefoot::guards
