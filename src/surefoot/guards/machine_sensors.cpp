#include "surefoot/guards/machine_sensors.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "surefoot/base/error.h"

namespace surefoot::guards {
namespace {

/// First line of a small file; empty where it cannot be read.
std::string first_line(Files& files, const std::string& path) try {
  const std::string text = files.read(path, 1 << 20);
  return text.substr(0, text.find('\n'));
} catch (const Error&) {
  return "";
}

std::optional<double> number(Files& files, const std::string& path) {
  const std::string text = first_line(files, path);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::vector<std::string> folders(Files& files, const std::string& path, const std::string& prefix) try {
  std::vector<std::string> found;
  for (const FolderEntry& entry : files.list(path)) {
    if (entry.name.starts_with(prefix)) found.push_back(join_path(path, entry.name));
  }
  return found;
} catch (const Error&) {
  return {};
}

constexpr double kMilli = 1000;  // sysfs counts thousandths of a degree

}  // namespace

ProcessorHeat::ProcessorHeat(Files& files, const std::string& root) : files_(files) {
  find_zones(root + "/sys/class/thermal");
  if (thermometers_.empty()) find_drivers(root + "/sys/class/hwmon");
}

void ProcessorHeat::find_zones(const std::string& folder) {
  for (const std::string& zone : folders(files_, folder, "thermal_zone")) {
    const std::string type = first_line(files_, zone + "/type");
    if (type != "x86_pkg_temp" && type.find("cpu") == std::string::npos) continue;
    double slowdown = 0;  // the lowest trip point at which the kernel acts
    for (int i = 0; i < 16; ++i) {
      const std::string trip = zone + "/trip_point_" + std::to_string(i);
      const std::string kind = first_line(files_, trip + "_type");
      if (kind.empty()) break;
      const double at = number(files_, trip + "_temp").value_or(0) / kMilli;
      if (kind != "active" && at > 40 && (slowdown == 0 || at < slowdown)) slowdown = at;
    }
    thermometers_.push_back({"cpu " + type, zone + "/temp", slowdown});
  }
}

void ProcessorHeat::find_drivers(const std::string& folder) {
  for (const std::string& driver : folders(files_, folder, "hwmon")) {
    const std::string name = first_line(files_, driver + "/name");
    if (name != "coretemp" && name != "k10temp" && name != "zenpower") continue;
    const double slowdown = number(files_, driver + "/temp1_crit").value_or(0) / kMilli;
    thermometers_.push_back({"cpu " + name, driver + "/temp1_input", slowdown});
  }
}

std::vector<Temperature> ProcessorHeat::read() {
  std::vector<Temperature> all;
  for (const Thermometer& each : thermometers_) {
    if (const auto milli = number(files_, each.path))
      all.push_back({.sensor = each.name,
                     .part = Temperature::Part::kCpu,
                     .celsius = *milli / kMilli,
                     .slowdown = each.slowdown});
  }
  return all;
}

ProcessMemory read_process_memory(Files& files, const std::string& root) {
  ProcessMemory memory;
  const auto page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  uint64_t size = 0, resident = 0, shared = 0;
  std::istringstream(first_line(files, root + "/proc/self/statm")) >> size >> resident >> shared;
  memory.rss_anon_bytes = resident > shared ? (resident - shared) * page : 0;
  try {
    const std::string vmstat = files.read(root + "/proc/vmstat", 1 << 20);
    const size_t at = vmstat.find("\npswpin ");
    if (at != std::string::npos) memory.swapped_in_bytes = std::strtoull(vmstat.c_str() + at + 8, nullptr, 10) * page;
  } catch (const Error&) {  // a kernel without it
  }
  return memory;
}

uint64_t read_process_io(Files& files, const std::string& root) try {
  uint64_t bytes = 0;
  std::istringstream lines(files.read(root + "/proc/self/io", 1 << 16));
  for (std::string name; lines >> name;) {
    uint64_t value = 0;
    lines >> value;
    if (name == "rchar:" || name == "wchar:") bytes += value;
  }
  return bytes;
} catch (const Error&) {
  return 0;
}

double read_busy_seconds(Files& files, const std::string& root) {
  std::istringstream line(first_line(files, root + "/proc/stat"));
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, disk = 0, irq = 0, softirq = 0, steal = 0;
  line >> name >> user >> nice >> system >> idle >> disk >> irq >> softirq >> steal;
  return name == "cpu" ? (user + nice + system + irq + softirq + steal) / static_cast<double>(::sysconf(_SC_CLK_TCK))
                       : 0;
}

}  // namespace surefoot::guards
